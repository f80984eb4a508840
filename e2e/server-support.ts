import { Client, type Room } from '@colyseus/sdk';
import {
  type CaptureGrid,
  CoordinateDecoder,
  createSampleSet,
  DEFAULT_TIER_BITS,
  type FrameState,
  levelOf,
  PixelPacketEncoder,
  type SampledFrame,
  type SampleRequest,
  type SampleSet,
  type StateSchema,
} from '@sgaps/protocol';

export const GRID: CaptureGrid = { width: 160, height: 90 };
const SCHEMA: StateSchema = { values: [{ name: 'score', type: 'int' }] };

/** A made-up scrolling game: bands and tiles in world space, a moving box, a score line that stands still. */
export class SyntheticGame {
  readonly rgb: Uint8Array;
  readonly #grid: CaptureGrid;

  constructor(grid: CaptureGrid = GRID) {
    this.#grid = grid;
    this.rgb = new Uint8Array(3 * grid.width * grid.height);
  }

  /** Draws frame `t` and says what the game knows about it. */
  draw(t: number): FrameState {
    const { width, height } = this.#grid;
    const viewX = t;
    const boxX = Math.round(width / 2 + (width / 4) * Math.sin(t / 20));
    const boxY = Math.round(height * 0.6 + (height / 8) * Math.cos(t / 13));
    for (let v = 0; v < height; v++) {
      for (let u = 0; u < width; u++) {
        const at = 3 * (v * width + u);
        const x = u + viewX;
        const tile = ((x >> 4) + (v >> 4)) % 3;
        const inBox = Math.abs(u - boxX) < 9 && Math.abs(v - boxY) < 9;
        this.rgb[at] = inBox ? 240 : 40 + tile * 50;
        this.rgb[at + 1] = inBox ? 200 - (u - boxX) * 6 : 90 + ((x * 3) & 63);
        this.rgb[at + 2] = inBox ? 60 : 120 + (v & 127);
        if (v < 8 && u < 60) this.rgb.fill(u < (t % 600) / 10 ? 255 : 20, at, at + 3);
      }
    }
    const camera = { id: 0, viewX, viewY: 0, zoom: 1, rotation: 0, x: 0, y: 0, width, height };
    const box = {
      id: 1,
      texture: 'box',
      frame: '',
      x: boxX + viewX,
      y: boxY,
      width: 17,
      height: 17,
      originX: 0.5,
      originY: 0.5,
      rotation: 0,
      flipX: false,
      flipY: false,
      alpha: 1,
      tint: 0xffffff,
      scrollFactorX: 1,
      scrollFactorY: 1,
      tileX: 0,
      tileY: 0,
      tag: 0,
    };
    return { cameras: [camera], cameras3d: [], objects: [box], values: [Math.floor(t / 10)] };
  }

  /** What a client would read at these samples. */
  sample({ count, u, v, kind }: SampleSet): Uint8Array {
    const { width, height } = this.#grid;
    const out = new Uint8Array(3 * count);
    for (let i = 0; i < count; i++) {
      const side = 1 << levelOf(kind[i]);
      const right = Math.min(width, u[i] + side);
      const bottom = Math.min(height, v[i] + side);
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let y = v[i]; y < bottom; y++) for (let x = u[i]; x < right; x++) sum += this.rgb[3 * (y * width + x) + c];
        out[3 * i + c] = Math.round(sum / ((right - u[i]) * (bottom - v[i])));
      }
    }
    return out;
  }
}

/** A recording client without a browser: plays the synthetic game as fast as it is told to. */
export class SyntheticRecorder {
  readonly room: Room;
  readonly game: SyntheticGame;
  readonly encoder: PixelPacketEncoder;
  /** Every packet sent and received, and every error told. */
  readonly sent: Uint8Array[] = [];
  readonly received: Uint8Array[] = [];
  readonly requests: SampleRequest[] = [];
  readonly errors: { code: string; message: string; reset: boolean }[] = [];
  welcome: { recordingId: string; tierBits: number[] } | null = null;
  left: number | null = null;
  frameId = 0;

  readonly #decoder: CoordinateDecoder;
  #batch: SampledFrame[] = [];

  private constructor(room: Room, grid: CaptureGrid) {
    this.room = room;
    this.game = new SyntheticGame(grid);
    this.encoder = new PixelPacketEncoder({ grid, schema: SCHEMA, tierBits: DEFAULT_TIER_BITS });
    this.#decoder = new CoordinateDecoder(grid);
    room.reconnection.enabled = false;
    room.onMessage('welcome', (welcome: { recordingId: string; tierBits: number[] }) => {
      this.welcome = welcome;
    });
    room.onMessage('coords', (bytes: Uint8Array) => {
      this.received.push(bytes.slice());
      this.requests.push(...this.#decoder.decode(bytes));
    });
    room.onMessage('error', (error: { code: string; message: string; reset: boolean }) => {
      this.errors.push(error);
      if (error.reset) this.encoder.reset();
    });
    room.onLeave((code) => {
      this.left = code;
    });
  }

  static async join(
    url: string,
    options: { grid?: CaptureGrid; game?: string; roomName?: string; token?: string } = {},
  ): Promise<SyntheticRecorder> {
    const { grid = GRID, game = 'synthetic', roomName = 'sgaps', token } = options;
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const room = await new Client(url, { headers }).create(roomName, recordOptions(grid, game));
    const recorder = new SyntheticRecorder(room, grid);
    await until(() => recorder.received.length > 0);
    return recorder;
  }

  /** Draws the next frame and takes its samples; sends when `batch` frames wait. */
  frame(batch = 4): void {
    const frameId = this.frameId++;
    const state = this.game.draw(frameId);
    const usable = this.requests.filter((request) => request.frameId <= frameId);
    const request = usable[usable.length - 1];
    if (request) this.requests.splice(0, this.requests.indexOf(request) + 1);
    const samples = request ? this.#decoder.expand(request) : createSampleSet(0);
    const requestId = request ? request.frameId : null;
    this.#batch.push({ frameId, clientTime: (frameId * 1000) / 30, requestId, state, samples, rgb: this.game.sample(samples) });
    if (this.#batch.length >= batch) this.send();
  }

  send(): void {
    const bytes = this.encoder.encode(this.#batch);
    this.#batch = [];
    this.sent.push(bytes);
    this.room.sendBytes('pixels', bytes);
  }

  /** Plays `frames` frames in batches, waiting for the answer to each batch; `pause` ms between batches. */
  async play(frames: number, options: { batch?: number; pause?: number } = {}): Promise<void> {
    const { batch = 4, pause = 0 } = options;
    for (let i = 0; i < frames; i += batch) {
      const answers = this.received.length;
      for (let k = 0; k < batch; k++) this.frame(batch);
      await until(() => this.received.length > answers || this.left !== null);
      if (pause > 0) await sleep(pause);
    }
  }
}

export function recordOptions(grid: CaptureGrid = GRID, game = 'synthetic'): Record<string, unknown> {
  return { role: 'record', protocol: 1, game, engine: 'synthetic', grid, fps: 30, schema: SCHEMA, meta: { build: 'test' } };
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Waits until `check` holds; rejects after `timeout` ms. */
export async function until(check: () => boolean, timeout = 10_000): Promise<void> {
  const end = performance.now() + timeout;
  while (!check()) {
    if (performance.now() > end) throw new Error(`Waited ${timeout} ms in vain for ${check.toString()}`);
    await sleep(2);
  }
}
