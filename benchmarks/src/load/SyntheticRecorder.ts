import { Connection } from '@sgaps/client';
import {
  CoordinateDecoder,
  createSampleSet,
  LIMITS,
  PixelPacketEncoder,
  type SampledFrame,
  type SampleRequest,
} from '@sgaps/protocol';
import { framingBytes } from '../clip/framing.js';
import { samplePicture } from '../clip/samplePicture.js';
import type { SyntheticScene } from './SyntheticScene.js';

/** Frames per packet and per second: the default preset's. */
const BATCH = 4;
const FPS = 30;
/** Bytes waiting in the socket above which a packet is dropped, as the courier does. */
const BUFFERED = 65_536;
/** The first frames are asked for at join, before anything is known of the latency. */
const COLD_START = 16;

/**
 * What recorders count; shared by all of a process.
 *
 * @example
 * ```ts
 * const tally = new Tally();
 * ```
 */
export class Tally {
  frames = 0;
  dropped = 0;
  late = 0;
  samples = 0;
  bytesUp = 0;
  bytesDown = 0;
  resets = 0;
  closed = 0;
  readonly roundTrips: number[] = [];

  /** Everything back to nothing. */
  clear(): void {
    this.frames = this.dropped = this.late = this.samples = this.bytesUp = this.bytesDown = this.resets = this.closed = 0;
    this.roundTrips.length = 0;
  }
}

/**
 * A recorder without a game: plays a scene, takes exactly the samples that the server asks for, codes and sends them in packets of
 * four frames, 30 frames a second, over a real socket.
 *
 * @example
 * ```ts
 * const recorder = await SyntheticRecorder.join('ws://127.0.0.1:2567', scene, tally, 0);
 * setInterval(() => recorder.tick(performance.now()), 4);
 * ```
 */
export class SyntheticRecorder {
  readonly #scene: SyntheticScene;
  readonly #tally: Tally;
  readonly #connection: Connection;
  readonly #coordinates: CoordinateDecoder;
  readonly #encoder: PixelPacketEncoder;
  readonly #offset: number;
  readonly #batch: SampledFrame[] = [];
  readonly #scratch = Array.from({ length: BATCH }, () => ({
    samples: createSampleSet(LIMITS.samplesPerFrame),
    rgb: new Uint8Array(3 * LIMITS.samplesPerFrame),
  }));
  #requests: SampleRequest[] = [];
  #frameId = 0;
  #due = 0;
  #awaitedSince = 0;

  private constructor(connection: Connection, scene: SyntheticScene, tally: Tally, index: number) {
    const { grid } = scene;
    this.#scene = scene;
    this.#tally = tally;
    this.#connection = connection;
    // No two sessions show the same at the same time.
    this.#offset = 37 * index;
    this.#coordinates = new CoordinateDecoder(grid);
    const { tierBits, digest } = connection.welcome;
    this.#encoder = new PixelPacketEncoder({ grid, schema: { values: [] }, tierBits, digest });
    connection.onCoordinates((bytes) => this.#receive(bytes));
    connection.onReset(() => {
      this.#encoder.reset();
      tally.resets++;
    });
    connection.onClosed(() => tally.closed++);
  }

  /** Opens a session. Rejects with what `Connection.open` rejects with. */
  static async join(endpoint: string, scene: SyntheticScene, tally: Tally, index: number): Promise<SyntheticRecorder> {
    const join = { game: 'bench:load', engine: 'synthetic', grid: scene.grid, fps: FPS, schema: { values: [] } };
    const connection = await Connection.open({ endpoint, join, goneAfter: 0 });
    return new SyntheticRecorder(connection, scene, tally, index);
  }

  /** Begins to play at `at`, ms of `performance.now`. */
  start(at: number): void {
    this.#due = at;
  }

  /** Takes the frames that are due; to be called every few milliseconds. */
  tick(now: number): void {
    while (now >= this.#due && this.#connection.isOpen) {
      this.#due += 1000 / FPS;
      this.#frame();
      if (this.#batch.length === BATCH) this.#send(now);
    }
  }

  close(): void {
    this.#connection.close();
  }

  #frame(): void {
    const frameId = this.#frameId++;
    const { picture, state } = this.#scene.frame(frameId + this.#offset);
    const { samples, rgb } = this.#scratch[this.#batch.length];
    let request: SampleRequest | null = null;
    for (const held of this.#requests) {
      if (held.frameId <= frameId && (!request || held.frameId > request.frameId)) request = held;
    }
    samples.count = 0;
    if (request) {
      this.#requests = this.#requests.filter((held) => held.frameId > frameId);
      samplePicture(this.#scene.grid, picture, this.#coordinates.expand(request, samples), rgb);
    }
    if (frameId >= COLD_START && request?.frameId !== frameId) this.#tally.late++;
    this.#tally.frames++;
    this.#tally.samples += samples.count;
    this.#batch.push({ frameId, clientTime: (1000 * frameId) / FPS, requestId: request?.frameId ?? null, state, samples, rgb });
  }

  #send(now: number): void {
    const tally = this.#tally;
    const frames = this.#batch.splice(0);
    if (this.#connection.bufferedAmount > BUFFERED) {
      tally.dropped += frames.length;
      return;
    }
    const bytes = this.#encoder.encode(frames);
    this.#connection.sendPixels(bytes);
    tally.bytesUp += bytes.length + framingBytes('pixels', bytes.length, 'up');
    if (this.#awaitedSince === 0) this.#awaitedSince = now;
  }

  #receive(bytes: Uint8Array): void {
    this.#tally.bytesDown += bytes.length + framingBytes('coords', bytes.length, 'down');
    this.#requests.push(...this.#coordinates.decode(bytes));
    if (this.#awaitedSince === 0) return;
    this.#tally.roundTrips.push(performance.now() - this.#awaitedSince);
    this.#awaitedSince = 0;
  }
}
