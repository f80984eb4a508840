import { type CaptureGrid, createSampleSet, type PixelFrame, SampleKind } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { type DecodedFrame, SessionDecoder } from '../session/SessionDecoder.js';
import { view } from '../testing/worlds.js';
import { FrameRefiner } from './FrameRefiner.js';
import { MODEL_PLANES } from './ModelInput.js';
import type { ModelBackend, ModelOutput } from './NeuralModel.js';

const GRID = { width: 32, height: 16 };
const SIZE = GRID.width * GRID.height;
const PREVIOUS = MODEL_PLANES.indexOf('previousRed');
const KNOWN = MODEL_PLANES.indexOf('previousKnown');
const CONFIDENCE = MODEL_PLANES.indexOf('confidence');

/** A backend that answers when it is told to, in order; its picture of frame n is all 100 + n. */
class SlowBackend implements ModelBackend {
  readonly id = 'slow@1';
  /** What each run was shown. */
  readonly shown: Uint8Array[] = [];
  /** What each run was given back. */
  readonly reused: (ModelOutput | null | undefined)[] = [];
  private readonly open: ((answer: ModelOutput | null | Error) => void)[] = [];

  run(_: CaptureGrid, planes: Uint8Array, reuse?: ModelOutput | null): Promise<ModelOutput | null> {
    this.shown.push(planes.slice());
    this.reused.push(reuse);
    return new Promise((resolve, reject) => {
      this.open.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
    });
  }

  /** Answers the oldest run under way, once there is one. */
  async answer(answer: ModelOutput | null | Error): Promise<void> {
    for (let n = 0; n < 20 && this.open.length === 0; n++) await Promise.resolve();
    const next = this.open.shift();
    if (!next) throw new Error('nothing runs');
    next(answer);
    for (let n = 0; n < 20; n++) await Promise.resolve();
  }
}

const grey = (value: number, logVariance = 0): ModelOutput => ({
  frame: new Uint8Array(3 * SIZE).fill(value),
  logVariance: new Float32Array(SIZE).fill(logVariance),
  gap: new Float32Array(SIZE),
});

/** A session whose frame n is all n; the decoder's buffers are the same for all, as the real one's. */
class Session {
  readonly backend = new SlowBackend();
  readonly refiner = new FrameRefiner(GRID, this.backend);
  readonly memory = new SessionDecoder({ grid: GRID }).memory;
  private readonly rgb = new Uint8ClampedArray(3 * SIZE);
  private readonly uncertainty = new Float32Array(SIZE);
  private readonly confidence = new Uint8Array(SIZE);

  frame(frameId: number, kept = false): DecodedFrame {
    const samples = createSampleSet(1);
    samples.kind[0] = SampleKind.point;
    samples.count = 1;
    const state = view(0, 0, [], GRID);
    const values = { rgb: new Uint8Array(3).fill(frameId), bits: Uint8Array.of(8) };
    const frame: PixelFrame = { frameId, clientTime: 33 * frameId, requestId: frameId, state, samples, values };
    this.rgb.fill(frameId);
    this.uncertainty.fill(frameId / 256);
    this.confidence.fill(frameId);
    const { rgb, uncertainty, confidence } = this;
    const sources = () => new Uint8Array(SIZE);
    return { frameId, time: 33 * frameId, rgb, uncertainty, confidence, kept, frame, samples, state, sources };
  }

  refine(frameId: number, kept = false) {
    return this.refiner.refine(this.frame(frameId, kept), this.memory);
  }

  /** The decoder goes on: its buffers hold something else. */
  overwrite(): void {
    this.rgb.fill(255);
    this.uncertainty.fill(1);
    this.confidence.fill(255);
  }
}

describe('a frame that a model rebuilds', () => {
  it('is the model’s picture, in pixels, with its doubt', async () => {
    const session = new Session();
    const done = session.refine(3);
    const output = grey(0, 2 * Math.log(16));
    output.frame
      .fill(10, 0, SIZE)
      .fill(20, SIZE, 2 * SIZE)
      .fill(30, 2 * SIZE);
    output.logVariance[0] = 100;
    await session.backend.answer(output);
    const { rgb, uncertainty, refined, output: said } = await done;
    expect([...rgb.subarray(0, 6)]).toEqual([10, 20, 30, 10, 20, 30]);
    expect(uncertainty[1]).toBeCloseTo(16 / 64, 3);
    expect(uncertainty[0]).toBe(1);
    expect([refined, said]).toEqual([true, output]);
  });

  it('gives its output back with the next frame but one, unless there was none', async () => {
    const session = new Session();
    const { backend } = session;
    const outputs = [grey(0), grey(1), null, grey(3), grey(4)];
    for (const [frameId, output] of outputs.entries()) {
      const done = session.refine(frameId);
      await backend.answer(output);
      expect((await done).output).toBe(output);
    }
    expect(backend.reused).toEqual([null, null, outputs[0], outputs[1], null]);
    expect(backend.reused[2]).toBe(outputs[0]);
  });

  it('needs nothing of the decoder’s buffers once the call has returned', async () => {
    const session = new Session();
    const first = session.refine(5);
    session.overwrite();
    const second = session.refine(6);
    session.overwrite();
    await session.backend.answer(null);
    await session.backend.answer(null);
    for (const [turn, value] of [
      [first, 5],
      [second, 6],
    ] as const) {
      const { rgb, uncertainty } = await turn;
      expect(new Set(rgb)).toEqual(new Set([value]));
      expect(uncertainty[7]).toBeCloseTo(value / 256, 5);
    }
    // The second one was shown what it was, though the first was still with the model.
    expect(session.backend.shown.map((planes) => planes[0])).toEqual([5, 6]);
    expect(session.backend.shown.map((planes) => planes[CONFIDENCE * SIZE])).toEqual([5, 6]);
  });

  it('is with the model alone: the next one waits, more are left as they were decoded, until there is room', async () => {
    const session = new Session();
    const turns = [0, 1, 2, 3].map((frameId) => session.refine(frameId));
    const left = await Promise.all(turns.slice(2));
    expect(left.map(({ refined, output, rgb }) => [refined, output, rgb[0]])).toEqual([
      [false, null, 2],
      [false, null, 3],
    ]);
    expect(session.backend.shown.length).toBe(1);
    await session.backend.answer(grey(100));
    expect((await turns[0]).rgb[0]).toBe(100);
    expect(session.backend.shown.length).toBe(2);
    const next = session.refine(4);
    await session.backend.answer(grey(101));
    await session.backend.answer(grey(104));
    expect([(await turns[1]).rgb[0], (await next).rgb[0]]).toEqual([101, 104]);
  });

  it('sees what the model made of the frame before', async () => {
    const session = new Session();
    const turns = [session.refine(0), session.refine(1)];
    await session.backend.answer(grey(100));
    await session.backend.answer(grey(101));
    await Promise.all(turns);
    const [first, second] = session.backend.shown;
    expect([first[PREVIOUS * SIZE], first[KNOWN * SIZE]]).toEqual([0, 0]);
    expect([second[PREVIOUS * SIZE], second[KNOWN * SIZE]]).toEqual([100, 255]);
  });

  it.each<[string, (session: Session) => Promise<unknown>]>([
    ['is missing', async () => undefined],
    ['was skipped', async (session) => session.refiner.skip(session.frame(1).frame, session.memory)],
    ['was kept', (session) => session.refine(1, true)],
    [
      'got no answer',
      async (session) => {
        const turn = session.refine(1);
        await session.backend.answer(null);
        expect(await turn).toMatchObject({ refined: false, output: null });
      },
    ],
    [
      'failed',
      async (session) => {
        const turn = session.refine(1).catch((error: unknown) => error);
        await session.backend.answer(new Error('no memory'));
        expect(await turn).toEqual(new Error('no memory'));
      },
    ],
  ])('has no history where the one before %s, and the next one has again', async (_, between) => {
    const session = new Session();
    const first = session.refine(0);
    await session.backend.answer(grey(100));
    await first;
    await between(session);
    const second = session.refine(2);
    await session.backend.answer(grey(102));
    expect((await second).rgb[0]).toBe(102);
    const planes = session.backend.shown[session.backend.shown.length - 1];
    expect([planes[PREVIOUS * SIZE], planes[KNOWN * SIZE]]).toEqual([2, 0]);
    const third = session.refine(3);
    await session.backend.answer(grey(103));
    await third;
    expect(session.backend.shown[session.backend.shown.length - 1][PREVIOUS * SIZE]).toBe(102);
  });

  it('has no history after clear, not even of a frame that was with the model then', async () => {
    const session = new Session();
    const before = session.refine(9);
    session.refiner.clear();
    const first = session.refine(10);
    await session.backend.answer(grey(109));
    await session.backend.answer(grey(110));
    await Promise.all([before, first]);
    const planes = session.backend.shown[1];
    expect([planes[PREVIOUS * SIZE], planes[KNOWN * SIZE]]).toEqual([10, 0]);
  });

  it('passes as it is where samples alone kept it up to date', async () => {
    const session = new Session();
    const turn = session.refine(4, true);
    session.overwrite();
    const { rgb, uncertainty, refined } = await turn;
    expect([rgb[0], uncertainty[0], refined]).toEqual([4, 4 / 256, false]);
    expect(session.backend.shown.length).toBe(0);
  });
});
