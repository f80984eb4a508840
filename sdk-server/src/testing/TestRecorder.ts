import { Client, type Room } from '@colyseus/sdk';
import {
  CoordinateDecoder,
  createSampleSet,
  DEFAULT_TIER_BITS,
  type ErrorMessage,
  PixelPacketEncoder,
  type SampledFrame,
  type SampleRequest,
  type SampleSet,
} from '@sgaps/protocol';

const GRID = { width: 64, height: 36 };
const SCHEMA = { values: [] };

/** What the tests read of a welcome. */
interface Welcome {
  readonly recordingId: string;
  readonly resumed?: boolean;
  readonly resumeWithin?: number;
  readonly digest?: boolean;
}

/** Join options of a recorder, as its client sends them. */
export function recordOptions(change: Record<string, unknown> = {}): Record<string, unknown> {
  const options = { role: 'record', protocol: 1, game: 'test', engine: 'none', grid: GRID, fps: 30, schema: SCHEMA, meta: {} };
  return { ...options, ...change };
}

/** A client that shows a token where it has one. */
export function clientWith(url: string, token?: string): Client {
  return new Client(url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
}

/** Waits until `check` holds; rejects after `timeout` ms. */
export async function until(check: () => boolean | Promise<boolean>, timeout = 10_000): Promise<void> {
  for (const end = performance.now() + timeout; !(await check()); ) {
    if (performance.now() > end) throw new Error(`Waited ${timeout} ms in vain for ${check.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A recorder without a game or a browser, over a real socket: sends what it is told to, also what no client would. */
export class TestRecorder {
  room!: Room;
  /** Packets sent by `play`, coordinate packets and errors received, in order. */
  readonly sent: Uint8Array[] = [];
  readonly received: Uint8Array[] = [];
  readonly errors: ErrorMessage[] = [];
  readonly welcomes: Welcome[] = [];
  left: { code: number; reason: string | undefined } | null = null;
  frameId = 0;
  encoder = new PixelPacketEncoder({ grid: GRID, schema: SCHEMA, tierBits: DEFAULT_TIER_BITS });
  readonly #coordinates = new CoordinateDecoder(GRID);
  readonly #requests: SampleRequest[] = [];

  /** `token`: what it shows, where the server asks for one. */
  static async join(url: string, options: Record<string, unknown> = {}, token?: string): Promise<TestRecorder> {
    const recorder = new TestRecorder();
    recorder.#attach(await clientWith(url, token).create('sgaps', recordOptions(options)));
    // Nothing is asked while what was kept comes.
    await until(() => (options.keptMs === undefined ? recorder.received : recorder.welcomes).length > 0);
    const { digest } = recorder.welcomes[0] ?? {};
    if (digest) recorder.encoder = new PixelPacketEncoder({ grid: GRID, schema: SCHEMA, tierBits: DEFAULT_TIER_BITS, digest });
    return recorder;
  }

  get recordingId(): string {
    return this.welcomes[0]?.recordingId ?? '';
  }

  /** Takes a coordinate packet as if the server had sent it. */
  ask(packet: Uint8Array): void {
    this.#requests.push(...this.#coordinates.decode(packet));
  }

  /** Comes back with the token of the room that was cut. */
  async resume(url: string): Promise<void> {
    const answers = this.received.length;
    this.left = null;
    this.encoder.reset();
    this.#attach(await new Client(url).reconnect(this.room.reconnectionToken));
    await until(() => this.received.length > answers);
  }

  /** The next frame; `answer` false gives it without the pixels that were asked for. */
  frame(answer = true): SampledFrame {
    const frameId = this.frameId++;
    const ready = this.#requests.filter((request) => request.frameId <= frameId);
    const request = answer ? ready.at(-1) : undefined;
    this.#requests.splice(0, ready.length);
    const samples: SampleSet = request ? this.#coordinates.expand(request) : createSampleSet(0);
    // Flat squares: noise in blocks would make packets so large that sending them often counts as a flood.
    const rgb = Uint8Array.from(
      { length: 3 * samples.count },
      (_, i) => 8 * (samples.u[Math.floor(i / 3)] >> 3) + (frameId & 63),
    );
    const state = { cameras: [], cameras3d: [], objects: [], values: [] };
    return { frameId, clientTime: (frameId * 1000) / 30, requestId: request?.frameId ?? null, state, samples, rgb };
  }

  /** Sends `packets` packets of four frames and waits until the server has dealt with each; its answer has come by then, if any does. */
  async play(packets: number, answer = true): Promise<void> {
    for (let i = 0; i < packets; i++) {
      this.sent.push(this.encoder.encode([0, 1, 2, 3].map(() => this.frame(answer))));
      this.room.sendBytes('pixels', this.sent[this.sent.length - 1]);
      let heard = false;
      this.room.ping(() => {
        heard = true;
      });
      await until(() => heard || this.left !== null);
    }
  }

  #attach(room: Room): void {
    this.room = room;
    room.reconnection.enabled = false;
    room.onMessage('welcome', (welcome: Welcome) => {
      this.welcomes.push(welcome);
      if (welcome.resumed) this.encoder.reset(welcome.digest === true);
    });
    room.onMessage('coords', (bytes: Uint8Array) => {
      this.received.push(bytes.slice());
      this.#requests.push(...this.#coordinates.decode(bytes));
    });
    room.onMessage('error', (error: ErrorMessage) => {
      this.errors.push(error);
      if (error.reset) this.encoder.reset(error.digest);
    });
    room.onLeave((code, reason) => {
      this.left = { code, reason };
    });
  }
}
