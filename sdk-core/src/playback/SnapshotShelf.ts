/**
 * A place in a recording that decoding may go on from, behind a whole packet.
 *
 * @example
 * ```ts
 * const { time, sequence }: ShelfPlace = place;
 * ```
 */
export interface ShelfPlace {
  /** ms of the last frame before it. */
  readonly time: number;
  /** That frame's number. */
  readonly frameId: number;
  /** The last record before it. */
  readonly sequence: number;
  /** Bytes of the state there. */
  readonly bytes: number;
}

/**
 * Packs states, which get four or five times smaller; `zstdCompressor` of `@sgaps/server` on Node, a `CompressionStream` in a browser.
 *
 * @example
 * ```ts
 * const packer: StatePacker = { pack: (bytes) => zstdCompressor.compress(bytes), unpack: (bytes, length) => zstdCompressor.decompress(bytes, length) };
 * ```
 */
export interface StatePacker {
  /** May work beside the caller, who leaves `bytes` alone. */
  pack(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** The `length` bytes that were packed. */
  unpack(bytes: Uint8Array, length: number): Uint8Array | Promise<Uint8Array>;
}

/**
 * Decoder states of a recording, more densely than it holds snapshots itself, kept outside of it. All of them may be thrown away at any time: they only
 * save the time to decode again.
 *
 * @example
 * ```ts
 * const shelf: SnapshotShelf = new MemoryShelf({ packer });
 * const finder = new FrameFinder(reader, { machine, shelf });
 * ```
 */
export interface SnapshotShelf {
  /** ms between two places, at least. */
  readonly spacing: number;
  /** How long the recording is, ms: the places are spread over all of it. */
  expect(duration: number): void;
  /** True where a place at this time would be kept. */
  wants(time: number): boolean;
  /**
   * Keeps a state, which is the shelf's from then on, or lets it go where it is not wanted. Never rejects; settles when there is room for the next. It
   * can be read at once.
   */
  put(place: ShelfPlace, state: Uint8Array): Promise<void>;
  /** The last place before a time. */
  before(time: number): ShelfPlace | null;
  /** The state of a place, whole; null where it is gone. Not to be written to. */
  read(place: ShelfPlace): Promise<Uint8Array | null>;
}
