import {
  CoordinateCodec,
  createSampleSet,
  type GameEventMessage,
  type NumbersMessage,
  type PixelFrame,
  PixelPacketDecoder,
  type SampleRequest,
  type SampleSet,
} from '@sgaps/protocol';
import type { RecorderConnection } from '../connection/RecorderConnection.js';
import type { CourierWelcome } from '../courier/CourierPort.js';
import { LocalPort } from '../courier/LocalPort.js';
import type {
  LoadedSamples,
  MaskRect,
  PackedSamples,
  SampledFrame,
  Sampler,
  SamplerCounters,
  Viewport,
} from '../sampler/Sampler.js';
import { placeRuns } from '../sampler/sampleRuns.js';

export const GRID = { width: 320, height: 180 };
export const VIEWPORT = { x: 0, y: 0, width: 640, height: 360 };

/** A sampler without a GPU: every sample's red is the frame id, green u, blue v (low bytes). Batches of two. */
export class FakeSampler implements Sampler {
  readonly kind = 'webgl2';
  readonly counters: SamplerCounters = { skipped: 0, postponed: 0, forced: 0, lost: 0, reads: 0 };
  readonly depth = 6;
  batch = 2;
  /** Masks of the frames issued. */
  readonly masks: MaskRect[][] = [];
  /** Name of the call that throws. */
  broken: 'load' | 'beginFrame' | 'endFrame' | 'skipFrame' | 'flush' | 'drain' | 'readTruth' | 'dispose' | null = null;
  full = false;
  disposed = 0;
  skips = 0;
  #issued: SampledFrame[] = [];

  readonly #sets: PackedSamples[] = [];

  load(sets: readonly PackedSamples[]): LoadedSamples[] {
    this.#check('load');
    return sets.map((set) => ({
      count: set.count,
      start: this.#sets.push({ words: set.words.slice(), count: set.count }) - 1,
      ...placeRuns(set),
    }));
  }
  holds(): boolean {
    return true;
  }
  beginFrame(): readonly SampledFrame[] {
    this.#check('beginFrame');
    return this.#issued.length >= 2 ? this.#issued.splice(0, 2) : [];
  }
  endFrame(frameId: number, samples: LoadedSamples | null, _viewport: Viewport, masks: readonly MaskRect[]): boolean {
    this.#check('endFrame');
    if (this.full || this.#issued.length >= this.depth) return false;
    const words = samples ? this.#sets[samples.start].words : new Uint32Array(0);
    const rgba = new Uint8Array(4 * words.length);
    words.forEach((word, i) => {
      rgba.set([frameId & 255, word & 255, (word >> 10) & 255, 99], 4 * i);
    });
    this.#issued.push({ frameId, count: words.length, rgba, depth: null });
    this.masks.push(masks.map((mask) => ({ ...mask })));
    return true;
  }
  skipFrame(): void {
    this.#check('skipFrame');
    this.skips++;
  }
  flush(): void {
    this.#check('flush');
  }
  drain(): readonly SampledFrame[] {
    this.#check('drain');
    return this.#issued.splice(0, 2);
  }
  readTruth(): Uint8Array<ArrayBuffer> {
    this.#check('readTruth');
    return new Uint8Array(3);
  }
  dispose(): void {
    this.disposed++;
    this.#check('dispose');
  }
  /** The frames under way never come back. */
  lose(): void {
    this.#issued = [];
  }
  #check(call: string): void {
    if (this.broken === call) throw new Error(`${call} is broken`);
  }
}

/** A connection that decodes what it gets, as a server would. */
export class FakeConnection implements RecorderConnection {
  isOpen = true;
  bufferedAmount = 0;
  broken: 'sendPixels' | 'sendEvent' | 'sendStats' | 'close' | null = null;
  readonly frames: (Pick<PixelFrame, 'frameId' | 'clientTime' | 'requestId'> & { count: number; rgb: number[] })[] = [];
  readonly events: GameEventMessage[] = [];
  readonly stats: NumbersMessage[] = [];
  packets = 0;
  closes = 0;
  coordinates: (bytes: Uint8Array) => void = () => undefined;
  closed: (reason: string) => void = () => undefined;
  restart: () => void = () => undefined;
  reset: (digest?: boolean) => void = () => undefined;
  readonly #codec = new CoordinateCodec(GRID);
  readonly #sets = new Map<number, SampleSet>();
  #decoder = this.#newDecoder();

  #newDecoder(): PixelPacketDecoder {
    return new PixelPacketDecoder({
      grid: GRID,
      schema: { values: [] },
      tierBits: [8, 8, 8, 8],
      resolve: (id) => this.#sets.get(id),
    });
  }

  /** Forgets all codec state, as a server that failed would. */
  lose(): void {
    this.#decoder = this.#newDecoder();
  }

  /** Asks for `count` points in each of the frames. */
  ask(frameIds: readonly number[], count = 5): Uint8Array {
    const requests = frameIds.map((frameId): SampleRequest => {
      const explicit = createSampleSet(count);
      for (let i = 0; i < count; i++) {
        explicit.u[i] = 10 * i + frameId;
        explicit.v[i] = i;
      }
      explicit.count = count;
      return { frameId, explicit, seeded: [] };
    });
    const bytes = this.#codec.encode(requests).slice();
    for (const request of this.#codec.decode(bytes)) this.#sets.set(request.frameId, this.#codec.expand(request));
    this.coordinates(bytes);
    return bytes;
  }
  sendPixels(bytes: Uint8Array): void {
    if (this.broken === 'sendPixels') throw new Error('sendPixels is broken');
    this.packets++;
    for (const frame of this.#decoder.decode(bytes)) {
      const { frameId, clientTime, requestId, samples, values } = frame;
      this.frames.push({
        frameId,
        clientTime,
        requestId,
        count: samples.count,
        rgb: [...values.rgb.slice(0, 3 * samples.count)],
      });
    }
  }
  sendEvent(event: GameEventMessage): void {
    if (this.broken === 'sendEvent') throw new Error('sendEvent is broken');
    this.events.push(event);
  }
  sendStats(stats: NumbersMessage): void {
    if (this.broken === 'sendStats') throw new Error('sendStats is broken');
    this.stats.push(stats);
  }
  onCoordinates(handler: (bytes: Uint8Array) => void): void {
    this.coordinates = handler;
  }
  onReset(handler: (digest?: boolean) => void): void {
    this.reset = handler;
  }
  onRestart(handler: (welcome: CourierWelcome) => void): void {
    this.restart = () => handler({ recordingId: 'next', grid: GRID, tierBits: [8, 8, 8, 8] });
  }
  onClosed(handler: (reason: string) => void): void {
    this.closed = handler;
  }
  close(): void {
    this.closes++;
    if (this.broken === 'close') throw new Error('close is broken');
  }
}

/** A courier on this thread over a fake connection, as `openCourier` makes it. */
export function fakePort(connection: FakeConnection, bufferedBytes = 65_536): LocalPort {
  const welcome: CourierWelcome = { recordingId: 'fake', grid: GRID, tierBits: [8, 8, 8, 8] };
  return new LocalPort(connection, { welcome, schema: { values: [] }, bufferedBytes });
}
