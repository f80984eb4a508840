import { type DecodedFrame, type ModelBackend, type ModelOutput, SessionDecoder } from '@sgaps/core';
import { type CaptureGrid, createSampleSet, type OverlayLayer, SampleKind } from '@sgaps/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveRefiner, type LiveRefinerOptions } from './LiveRefiner.js';

const GRID = { width: 32, height: 16 };
const SIZE = GRID.width * GRID.height;
const memory = new SessionDecoder({ grid: GRID }).memory;

/** Answers when told to, with the picture 100 + frame. */
class Backend implements ModelBackend {
  readonly id = 'slow@1';
  readonly #open: ((answer: 'picture' | 'nothing' | 'error') => void)[] = [];

  run(_: CaptureGrid, planes: Uint8Array): Promise<ModelOutput | null> {
    const [value] = planes;
    return new Promise((resolve, reject) => {
      this.#open.push((answer) => {
        if (answer === 'error') reject(new Error('no memory'));
        else if (answer === 'nothing') resolve(null);
        else {
          const frame = new Uint8Array(3 * SIZE).fill(100 + value);
          resolve({ frame, logVariance: new Float32Array(SIZE), gap: new Float32Array(SIZE) });
        }
      });
    });
  }

  /** Answers the oldest run under way, if there is one. */
  async answer(answer: 'picture' | 'nothing' | 'error'): Promise<void> {
    await settle();
    this.#open.shift()?.(answer);
    await settle();
  }
}

/** Answers of itself, after so many ms, one frame at a time. */
class Model implements ModelBackend {
  readonly id = 'paced@1';
  ms: number;
  answer: (frame: number) => boolean = () => true;

  constructor(ms: number) {
    this.ms = ms;
  }

  async run(_: CaptureGrid, [value]: Uint8Array): Promise<ModelOutput | null> {
    const frame = new Uint8Array(3 * SIZE).fill(100 + value);
    await new Promise((resolve) => setTimeout(resolve, this.ms));
    return this.answer(value) ? { frame, logVariance: new Float32Array(SIZE), gap: new Float32Array(SIZE) } : null;
  }
}

// Immediates are real, all else of time goes as the tests say.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());
/** ms after which a frame is shown as it was decoded. */
const TOO_LATE = 251;

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A session's loop, which keeps its buffers for all frames: frame n is all n in each of them. */
class Loop {
  readonly backend = new Backend();
  readonly shown: { id: number; rgb: number; time: number; importance?: number; source: number; confidence: number }[] = [];
  /** When each frame came, and when those that were shown were, ms. */
  readonly cameAt: number[] = [];
  readonly shownAt: number[] = [];
  readonly said: number[] = [];
  readonly errors: unknown[] = [];
  readonly overlays = new Set<OverlayLayer>(['layers', 'importance', 'confidence']);
  wanted = true;
  readonly #rgb = new Uint8ClampedArray(3 * SIZE);
  readonly #maps = [new Float32Array(SIZE), new Uint8Array(SIZE), new Uint8Array(SIZE)] as const;
  readonly #importance = new Float32Array(SIZE);
  readonly #refiner: LiveRefiner;

  constructor(options: Partial<LiveRefinerOptions> = {}) {
    this.#refiner = new LiveRefiner({
      grid: GRID,
      backend: this.backend,
      memory: () => memory,
      wanted: () => this.wanted,
      wants: (layer) => this.overlays.has(layer),
      show: (frame, time, importance) => {
        this.shownAt.push(performance.now());
        this.shown.push({
          id: frame.frameId,
          rgb: frame.rgb[0],
          time,
          importance: importance?.[0],
          source: frame.sources()[0],
          confidence: frame.confidence[0],
        });
      },
      said: (_, frame) => this.said.push(frame.frameId),
      failed: (error) => this.errors.push(error),
      ...options,
    });
  }

  /** Frames from `first` to `last`, one each 33 ms. */
  async play(first: number, last: number): Promise<void> {
    for (let frameId = first; frameId <= last; frameId++) {
      this.take(frameId);
      await vi.advanceTimersByTimeAsync(33);
    }
  }

  /** Whose pictures were shown, one after the other: `model` or `memory`, each as long as it went on. */
  get turns(): string[] {
    const whose = this.shown.map(({ id, rgb }) => (rgb === 100 + id ? 'model' : 'memory'));
    return whose.filter((who, at) => who !== whose[at - 1]);
  }

  take(frameId: number, kept = false): void {
    this.cameAt[frameId] = performance.now();
    const samples = createSampleSet(1);
    samples.kind[0] = SampleKind.point;
    samples.count = 1;
    const state = { cameras: [], cameras3d: [], objects: [], values: [] };
    const values = { rgb: new Uint8Array(3), bits: Uint8Array.of(8) };
    const frame = { frameId, clientTime: frameId, requestId: frameId, state, samples, values };
    const [uncertainty, confidence, sources] = this.#maps;
    for (const map of [this.#rgb, uncertainty, confidence, sources, this.#importance]) map.fill(frameId);
    const decoded: DecodedFrame = {
      frameId,
      time: frameId,
      rgb: this.#rgb,
      uncertainty,
      confidence,
      kept,
      frame,
      samples,
      state,
      sources: () => sources,
    };
    this.#refiner.take(decoded, 10 * frameId, this.#importance);
  }
}

describe('frames on their way to those who watch', () => {
  it('are shown as the model made them, with the maps that were theirs, though the loop has gone on', async () => {
    const loop = new Loop();
    loop.take(1);
    await loop.backend.answer('picture');
    loop.take(2);
    loop.take(3);
    await loop.backend.answer('picture');
    await loop.backend.answer('picture');
    expect(loop.shown).toEqual([
      { id: 1, rgb: 101, time: 10, importance: 1, source: 1, confidence: 1 },
      { id: 2, rgb: 102, time: 20, importance: 2, source: 2, confidence: 2 },
      { id: 3, rgb: 103, time: 30, importance: 3, source: 3, confidence: 3 },
    ]);
    expect(loop.said).toEqual([1, 2, 3]);
  });

  it('have their own confidence, also for who asks for it while the model runs', async () => {
    const loop = new Loop();
    loop.overlays.clear();
    loop.take(1);
    loop.take(2);
    loop.overlays.add('confidence');
    await loop.backend.answer('picture');
    expect(loop.shown).toMatchObject([{ id: 1, confidence: 1 }]);
  });

  it('are shown as they were decoded at once, where there is no model, nobody looks, or samples alone kept them', () => {
    const bare = new Loop({ backend: null });
    bare.take(1);
    const idle = new Loop();
    idle.wanted = false;
    idle.take(1);
    const kept = new Loop();
    kept.take(1, true);
    for (const { shown } of [bare, idle, kept]) expect(shown).toMatchObject([{ id: 1, rgb: 1, importance: 1, source: 1 }]);
  });

  it('are left out where the model has no time, or fails, which is reported; the newest is shown as it was decoded in the end', async () => {
    const loop = new Loop();
    loop.take(1);
    await loop.backend.answer('nothing');
    loop.take(2);
    await loop.backend.answer('error');
    loop.take(3);
    await loop.backend.answer('picture');
    loop.take(4);
    await loop.backend.answer('nothing');
    expect(loop.shown).toMatchObject([{ id: 3, rgb: 103 }]);
    vi.advanceTimersByTime(TOO_LATE);
    expect(loop.shown.slice(1)).toEqual([{ id: 4, rgb: 4, time: 40, importance: 4, source: 4, confidence: 4 }]);
    expect(loop.errors).toEqual([new Error('no memory')]);
    expect(loop.said).toEqual([3]);
  });

  it('come in order and none twice, whatever the model does and when', async () => {
    const event = fc.constantFrom('take', 'take', 'kept', 'away', 'back', 'picture', 'nothing', 'error', 'wait', 'late');
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
        const loop = new Loop();
        let frameId = 0;
        for (const e of events) {
          if (e === 'take' || e === 'kept') loop.take(++frameId, e === 'kept');
          else if (e === 'away' || e === 'back') loop.wanted = e === 'back';
          else if (e === 'wait') await settle();
          else if (e === 'late') vi.advanceTimersByTime(TOO_LATE);
          else await loop.backend.answer(e);
        }
        for (let n = 0; n < 4; n++) {
          await loop.backend.answer('picture');
        }
        await settle();
        vi.advanceTimersByTime(TOO_LATE);
        const ids = loop.shown.map(({ id }) => id);
        expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
        // The newest frame always gets there.
        expect(ids[ids.length - 1] ?? 0).toBe(frameId);
        for (const { id, rgb, importance, source, confidence, time } of loop.shown) {
          expect([id, 100 + id]).toContain(rgb);
          expect([importance, source, confidence, time]).toEqual([id, id, id, 10 * id]);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('those who watch see', () => {
  /** Longest time between two pictures, and longest from a frame to its picture, ms. */
  const worst = ({ shown, shownAt, cameAt }: Loop) => ({
    gap: Math.max(...shownAt.slice(1).map((at, n) => at - shownAt[n])),
    delay: Math.max(...shown.map(({ id }, n) => shownAt[n] - cameAt[id])),
  });

  it.each([
    [10, 90, 33, 10],
    [30, 90, 33, 30],
    [45, 64, 66, 90],
    [80, 35, 99, 160],
    [120, 24, 132, 240],
    [200, 10, 231, 200],
  ])('the pictures of a model that takes %i ms, and none of memory between them', async (ms, count, gap, delay) => {
    const loop = new Loop({ backend: new Model(ms) });
    await loop.play(1, 90);
    expect(loop.turns).toEqual(['model']);
    expect(loop.shown.length).toBeGreaterThanOrEqual(count - 2);
    expect(worst(loop).gap).toBeLessThanOrEqual(gap);
    expect(worst(loop).delay).toBeLessThanOrEqual(delay);
  });

  it('the pictures of a model that has time for every third frame', async () => {
    const model = new Model(20);
    model.answer = (frame) => frame % 3 === 0;
    const loop = new Loop({ backend: model });
    await loop.play(1, 90);
    expect(loop.turns).toEqual(['model']);
    expect(loop.shown.map(({ id }) => id)).toEqual(Array.from({ length: 30 }, (_, n) => 3 * n + 3));
  });

  it('all frames as they were decoded, at once, where the model takes too long, or makes nothing of any', async () => {
    const mute = new Model(20);
    mute.answer = () => false;
    for (const backend of [new Model(300), mute, new Model(Number.MAX_SAFE_INTEGER / 2 ** 24)]) {
      const loop = new Loop({ backend });
      await loop.play(1, 90);
      expect(loop.turns).toEqual(['memory']);
      const [first] = loop.shown;
      expect(loop.shownAt[0] - loop.cameAt[1]).toBeLessThan(TOO_LATE);
      expect(loop.shown.map(({ id }) => id)).toEqual(Array.from({ length: 91 - first.id }, (_, n) => first.id + n));
      expect(Math.max(...loop.shown.slice(1).map(({ id }, n) => loop.shownAt[n + 1] - loop.cameAt[id]))).toBe(0);
    }
  });

  it('one change to memory where a model becomes too slow, and one back when it has kept up for a second', async () => {
    const model = new Model(40);
    const loop = new Loop({ backend: model });
    await loop.play(1, 30);
    model.ms = 400;
    await loop.play(31, 60);
    model.ms = 40;
    await loop.play(61, 85);
    expect(loop.turns).toEqual(['model', 'memory']);
    await loop.play(86, 150);
    expect(loop.turns).toEqual(['model', 'memory', 'model']);
    expect(worst(loop).gap).toBeLessThan(TOO_LATE + 33);
  });

  it.each([
    [110, 135],
    [120, 150],
    [140, 170],
  ])('one kind of pictures of a model whose runs take %i to %i ms', async (least, most) => {
    const model = new Model(least);
    let seed = 1;
    model.answer = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      model.ms = least + ((most - least) * seed) / 2_147_483_647;
      return true;
    };
    const loop = new Loop({ backend: model });
    await loop.play(1, 150);
    expect(loop.turns).toEqual(['model']);
    expect(worst(loop).gap).toBeLessThan(TOO_LATE);
  });

  it.each([
    ['nobody looked for a while', (loop: Loop) => void (loop.wanted = false)],
    ['samples alone kept a frame', (loop: Loop) => loop.take(32, true)],
  ])('pictures of memory soon, where %s while the model hangs', async (_, interrupt) => {
    const model = new Model(20);
    const loop = new Loop({ backend: model });
    await loop.play(1, 29);
    model.ms = 20_000;
    await loop.play(30, 31);
    interrupt(loop);
    await loop.play(33, 33);
    loop.wanted = true;
    await loop.play(34, 90);
    expect(loop.turns.at(-1)).toBe('memory');
    expect(loop.shown.at(-1)?.id).toBe(90);
    expect(worst(loop).gap).toBeLessThan(TOO_LATE + 66);
  });

  it('the model again at once after a pause of the game', async () => {
    const loop = new Loop({ backend: new Model(40) });
    await loop.play(1, 10);
    await vi.advanceTimersByTimeAsync(10_000);
    await loop.play(11, 20);
    expect(loop.turns).toEqual(['model']);
  });
});
