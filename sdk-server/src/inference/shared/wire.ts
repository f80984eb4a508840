import { MODEL_PLANES } from '@sgaps/core';
import { assertCaptureGrid, type CaptureGrid, LIMITS, SgapsError } from '@sgaps/protocol';
import { OUTPUT_PIXEL_BYTES } from '../frameOutput.js';

/** Of the messages between servers and an inference service; another is refused. */
export const WIRE_VERSION = 1;
/** Bytes of a nonce, and of the proof that one knows the secret. */
export const NONCE_BYTES = 32;
export const PROOF_BYTES = 32;

/**
 * Messages, each a u32 length of what follows, a u8 kind, a head of fixed size and a body. Little endian, as the machines that models run on.
 *
 * | kind      | from    | head                                                                                      | body               |
 * | --------- | ------- | ----------------------------------------------------------------------------------------- | ------------------ |
 * | challenge | service | u8 version, u8 1 where a secret is asked for, nonce                                       |                    |
 * | hello     | server  | u8 version, nonce, proof                                                                  |                    |
 * | ready     | service | proof                                                                                     | JSON: ServiceHello |
 * | run       | server  | u32 frame, u32 session, u16 width, u16 height, f32 ms after which it is of no use any more | planes             |
 * | output    | service | u32 frame, f32 ms that it ran                                                             | 11 · W·H           |
 * | nothing   | service | u32 frame                                                                                 |                    |
 */
export const MessageKind = { challenge: 1, hello: 2, ready: 3, run: 4, output: 5, nothing: 6 } as const;
export type MessageKind = (typeof MessageKind)[keyof typeof MessageKind];

const MOST_PIXELS = LIMITS.gridWidth * LIMITS.gridHeight;

/** Bytes of head, and of body at most. */
const SHAPES: Readonly<Record<number, { readonly head: number; readonly body: number }>> = {
  [MessageKind.challenge]: { head: 2 + NONCE_BYTES, body: 0 },
  [MessageKind.hello]: { head: 1 + NONCE_BYTES + PROOF_BYTES, body: 0 },
  [MessageKind.ready]: { head: PROOF_BYTES, body: 4096 },
  [MessageKind.run]: { head: 16, body: MODEL_PLANES.length * MOST_PIXELS },
  [MessageKind.output]: { head: 8, body: OUTPUT_PIXEL_BYTES * MOST_PIXELS },
  [MessageKind.nothing]: { head: 4, body: 0 },
};
const PREFIX_BYTES = 5;
const MOST_HEAD = Math.max(...Object.values(SHAPES).map(({ head }) => head));

/** A frame to be run, as the head of its message says. */
export interface RunHead {
  readonly frame: number;
  readonly session: number;
  readonly grid: CaptureGrid;
  readonly lateAfterMs: number;
}

/** Who takes messages. What it throws ends the reading. */
export interface MessageTaker {
  /** The head is there: where to put the body, which has so many bytes; null to let it go by. */
  begin(kind: MessageKind, head: DataView, bodyBytes: number): Uint8Array | null;
  /** All of it is there. The head is only valid during the call. */
  end(kind: MessageKind, head: DataView, body: Uint8Array | null): void;
}

/** The beginning of a message, up to its body. */
export function messageHead(kind: MessageKind, bodyBytes: number, write: (head: DataView) => void): Uint8Array<ArrayBuffer> {
  const { head } = SHAPES[kind];
  const bytes = new Uint8Array(PREFIX_BYTES + head);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 1 + head + bodyBytes, true);
  view.setUint8(4, kind);
  write(new DataView(bytes.buffer, PREFIX_BYTES));
  return bytes;
}

/** The beginning of a message that asks for a frame. */
export function runHead({ frame, session, grid, lateAfterMs }: RunHead): Uint8Array<ArrayBuffer> {
  return messageHead(MessageKind.run, MODEL_PLANES.length * grid.width * grid.height, (head) => {
    head.setUint32(0, frame, true);
    head.setUint32(4, session, true);
    head.setUint16(8, grid.width, true);
    head.setUint16(10, grid.height, true);
    head.setFloat32(12, lateAfterMs, true);
  });
}

/** Reads such a head. Throws unless the grid is one, the body of its size and the time one that a timer takes. */
export function readRunHead(head: DataView, bodyBytes: number): RunHead {
  const grid = { width: head.getUint16(8, true), height: head.getUint16(10, true) };
  assertCaptureGrid(grid);
  if (bodyBytes !== MODEL_PLANES.length * grid.width * grid.height)
    throw SgapsError.malformed('inference message: planes of another size');
  const lateAfterMs = head.getFloat32(12, true);
  if (!(lateAfterMs >= 0 && (lateAfterMs < 2 ** 31 || lateAfterMs === Number.POSITIVE_INFINITY)))
    throw SgapsError.malformed('inference message: a time that is none');
  return { frame: head.getUint32(0, true), session: head.getUint32(4, true), grid, lateAfterMs };
}

/**
 * Cuts a stream of bytes into messages. Bodies are copied once, to where their taker wants them; nothing is allocated for a length that a stranger claims. Throws `BYTES_MALFORMED`
 * or `LIMIT_EXCEEDED`, after which it must not be given more.
 *
 * @example
 * ```ts
 * const reader = new MessageReader(taker);
 * socket.on('data', (bytes) => reader.push(bytes));
 * ```
 */
export class MessageReader {
  readonly #start = new Uint8Array(PREFIX_BYTES + MOST_HEAD);
  readonly #view = new DataView(this.#start.buffer);
  /** Bytes of prefix and head that are there, and that there must be. */
  #started = 0;
  #startBytes = PREFIX_BYTES;
  #kind: MessageKind = MessageKind.nothing;
  #head = this.#view;
  #body: Uint8Array | null = null;
  #bodyBytes = 0;
  /** Bytes of the body that are there; −1 before its head was taken. */
  #done = -1;

  constructor(private readonly taker: MessageTaker) {}

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#done < 0) at += this.#takeStart(bytes, at);
      else if (this.#done < this.#bodyBytes) at += this.#takeBody(bytes, at);
      if (this.#done === this.#bodyBytes) this.#finish();
    }
  }

  /** Lets the rest of the body go by that is being put there. */
  abandon(target: Uint8Array): void {
    if (this.#body?.buffer === target.buffer) this.#body = null;
  }

  #takeStart(bytes: Uint8Array, at: number): number {
    const part = bytes.subarray(at, at + this.#startBytes - this.#started);
    this.#start.set(part, this.#started);
    this.#started += part.length;
    if (this.#started === PREFIX_BYTES && this.#startBytes === PREFIX_BYTES) this.#readPrefix();
    else if (this.#started === this.#startBytes) {
      this.#body = this.taker.begin(this.#kind, this.#head, this.#bodyBytes);
      this.#done = 0;
    }
    return part.length;
  }

  #readPrefix(): void {
    const length = this.#view.getUint32(0, true);
    const kind = this.#view.getUint8(4);
    const shape = SHAPES[kind];
    if (!shape) throw SgapsError.malformed(`inference message: kind ${kind}`);
    const body = length - 1 - shape.head;
    if (body < 0) throw SgapsError.malformed('inference message: shorter than its head');
    if (body > shape.body) throw SgapsError.limit('bytes of an inference message', body, shape.body);
    this.#kind = kind as MessageKind;
    this.#bodyBytes = body;
    this.#startBytes = PREFIX_BYTES + shape.head;
    this.#head = new DataView(this.#start.buffer, PREFIX_BYTES, shape.head);
  }

  #takeBody(bytes: Uint8Array, at: number): number {
    const part = bytes.subarray(at, at + this.#bodyBytes - this.#done);
    this.#body?.set(part, this.#done);
    this.#done += part.length;
    return part.length;
  }

  #finish(): void {
    const body = this.#body;
    this.#body = null;
    this.#done = -1;
    this.#started = 0;
    this.#startBytes = PREFIX_BYTES;
    const bodyBytes = this.#bodyBytes;
    this.#bodyBytes = 0;
    this.taker.end(this.#kind, this.#head, bodyBytes === 0 ? null : body);
  }
}
