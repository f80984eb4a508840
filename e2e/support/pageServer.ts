import type { OpenConnection } from '@sgaps/client';
import {
  type CaptureGrid,
  CoordinateCodec,
  createSampleSet,
  type GameEventMessage,
  type PixelFrame,
  PixelPacketDecoder,
  type SampleRequest,
  type SampleSet,
  type StateSchema,
} from '@sgaps/protocol';
import { copyFrame } from './copyFrame.js';

/** Frames asked for ahead of what came. */
const AHEAD = 16;

/**
 * A server inside a test page, to be given to `connect`: asks for a pattern of points and means, ahead of what it got, decodes
 * every packet and keeps every frame.
 */
export class PageServer implements OpenConnection {
  isOpen = true;
  readonly bufferedAmount = 0;
  readonly welcome;
  readonly frames: PixelFrame[] = [];
  readonly events: GameEventMessage[] = [];
  /** Calls that throw. */
  readonly broken = new Set<'sendPixels' | 'sendEvent' | 'sendStats' | 'close'>();
  bytes = 0;
  closed = 0;
  readonly #grid: CaptureGrid;
  readonly #count: number;
  readonly #codec: CoordinateCodec;
  readonly #sets = new Map<number, SampleSet>();
  readonly #decoder: PixelPacketDecoder;
  #ask: ((bytes: Uint8Array) => void) | null = null;
  #onClosed: ((reason: string) => void) | null = null;
  #asked = 0;

  constructor(grid: CaptureGrid, schema: StateSchema = { values: [] }, count = 400) {
    this.#grid = grid;
    this.#count = count;
    this.welcome = { recordingId: 'page', grid, tierBits: [8, 8, 8, 8] as const, depth: true };
    this.#codec = new CoordinateCodec(grid);
    this.#decoder = new PixelPacketDecoder({
      grid,
      schema,
      tierBits: [8, 8, 8, 8],
      resolve: (id) => this.#sets.get(id),
      depth: true,
    });
  }

  /** The server goes away for good. */
  leave(reason: string): void {
    this.isOpen = false;
    this.#onClosed?.(reason);
  }

  sendPixels(bytes: Uint8Array): void {
    if (this.broken.has('sendPixels')) throw new Error('sendPixels is broken');
    this.bytes += bytes.length;
    const frames = this.#decoder.decode(bytes);
    for (const frame of frames) this.frames.push(copyFrame(frame));
    this.#request(frames[frames.length - 1].frameId + AHEAD);
  }

  sendEvent(event: GameEventMessage): void {
    if (this.broken.has('sendEvent')) throw new Error('sendEvent is broken');
    this.events.push(event);
  }

  sendStats(): void {
    if (this.broken.has('sendStats')) throw new Error('sendStats is broken');
  }

  onCoordinates(handler: (bytes: Uint8Array) => void): void {
    this.#ask = handler;
    this.#request(AHEAD);
  }

  onReset(): void {
    // This server never loses its place.
  }

  onClosed(handler: (reason: string) => void): void {
    this.#onClosed = handler;
  }

  close(): void {
    this.isOpen = false;
    this.closed++;
    if (this.broken.has('close')) throw new Error('close is broken');
  }

  #request(upTo: number): void {
    const { width, height } = this.#grid;
    while (this.#asked <= upTo) {
      const requests: SampleRequest[] = [];
      for (; this.#asked <= upTo && requests.length < 16; this.#asked++) {
        const explicit = createSampleSet(this.#count);
        for (let i = 0; i < this.#count; i++) {
          explicit.u[i] = (i * 97 + this.#asked * 31) % width;
          explicit.v[i] = (i * 61 + this.#asked * 17) % height;
          explicit.kind[i] = i % 10 === 0 ? 1 + (i % 4) : 0;
          explicit.tier[i] = Math.floor((4 * i) / this.#count);
        }
        explicit.count = this.#count;
        requests.push({ frameId: this.#asked, explicit, seeded: [] });
      }
      const bytes = this.#codec.encode(requests);
      for (const request of this.#codec.decode(bytes)) this.#sets.set(request.frameId, this.#codec.expand(request));
      this.#ask?.(bytes);
    }
  }
}

/** FNV-1a over 32-bit words, two lanes: enough to tell two pictures apart, and no time lost. */
export function hashPixels(pixels: Uint8Array<ArrayBuffer>): string {
  const words = new Uint32Array(pixels.buffer);
  let a = 0x811c9dc5;
  let b = 0x1000193;
  for (let i = 0; i < words.length; i++) {
    a = Math.imul(a ^ words[i], 0x01000193);
    b = Math.imul(b + words[i], 0x85ebca6b) ^ (b >>> 15);
  }
  return `${(a >>> 0).toString(16)}${(b >>> 0).toString(16)}`;
}
