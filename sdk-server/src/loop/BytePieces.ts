/** Bytes of a piece: some dozens of packets. */
const PIECE = 128 * 1024;
/** Pieces kept for whoever needs one next. */
const MOST_SPARE = 64;

/** Memory that several packets lie in. */
export interface Piece {
  readonly memory: Uint8Array;
  used: number;
  /** Packets in it that are held. */
  held: number;
}

const spare: Piece[] = [];

/**
 * Copies of packets, in pieces that are used again once none of their packets is held. A server of hundreds of sessions holds ten thousands
 * of packets and lets them go again: memory of its own for each would keep the collector at work, which goes by what was allocated.
 *
 * @example
 * ```ts
 * const pieces = new BytePieces();
 * const { bytes, piece } = pieces.copy(packet);
 * pieces.release(piece);
 * ```
 */
export class BytePieces {
  #newest: Piece | null = null;

  /** A copy, which is held until its piece is released; once for each copy. */
  copy(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly piece: Piece } {
    const piece = this.#pieceFor(bytes.length);
    const copy = piece.memory.subarray(piece.used, piece.used + bytes.length);
    copy.set(bytes);
    piece.used += bytes.length;
    piece.held++;
    return { bytes: copy, piece };
  }

  /** One of a piece's copies is needed no more: its bytes may be written over. */
  release(piece: Piece): void {
    if (--piece.held > 0 || piece.memory.length !== PIECE) return;
    piece.used = 0;
    if (piece !== this.#newest && spare.length < MOST_SPARE) spare.push(piece);
  }

  #pieceFor(length: number): Piece {
    const newest = this.#newest;
    if (newest && newest.used + length <= newest.memory.length) return newest;
    const next = (length <= PIECE ? spare.pop() : undefined) ?? {
      memory: new Uint8Array(Math.max(PIECE, length)),
      used: 0,
      held: 0,
    };
    this.#newest = next;
    // Nothing in it was held any more while it was the newest.
    if (newest?.held === 0 && newest.memory.length === PIECE && spare.length < MOST_SPARE) spare.push(newest);
    return next;
  }
}
