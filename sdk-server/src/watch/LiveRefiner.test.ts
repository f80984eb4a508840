import { type DecodedFrame, type ModelBackend, type ModelOutput, SessionDecoder } from '@sgaps/core';
import { type CaptureGrid, createSampleSet, type OverlayLayer, SampleKind } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A session's loop, which keeps its buffers for all frames: frame n is all n in each of them. */
class Loop {
  readonly backend = new Backend();
  readonly shown: { id: number; rgb: number; time: number; importance?: number; source: number; confidence: number }[] = [];
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
      show: (frame, time, importance) =>
        this.shown.push({
          id: frame.frameId,
          rgb: frame.rgb[0],
          time,
          importance: importance?.[0],
          source: frame.sources()[0],
          confidence: frame.confidence[0],
        }),
      said: (_, frame) => this.said.push(frame.frameId),
      failed: (error) => this.errors.push(error),
      ...options,
    });
  }

  take(frameId: number, kept = false): void {
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
    loop.take(2);
    await loop.backend.answer('picture');
    await loop.backend.answer('picture');
    expect(loop.shown).toEqual([
      { id: 1, rgb: 101, time: 10, importance: 1, source: 1, confidence: 1 },
      { id: 2, rgb: 102, time: 20, importance: 2, source: 2, confidence: 2 },
    ]);
    expect(loop.said).toEqual([1, 2]);
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

  it('are shown as they were decoded where the model has no time, or fails, which is reported', async () => {
    const loop = new Loop();
    loop.take(1);
    await loop.backend.answer('nothing');
    loop.take(2);
    await loop.backend.answer('error');
    loop.take(3);
    await loop.backend.answer('picture');
    expect(loop.shown.map(({ id, rgb }) => [id, rgb])).toEqual([
      [1, 1],
      [2, 2],
      [3, 103],
    ]);
    expect(loop.errors).toEqual([new Error('no memory')]);
    expect(loop.said).toEqual([3]);
  });

  it('come in order and none twice, whatever the model does and when', async () => {
    const event = fc.constantFrom('take', 'take', 'kept', 'away', 'back', 'picture', 'nothing', 'error', 'wait');
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
        const loop = new Loop();
        let frameId = 0;
        for (const e of events) {
          if (e === 'take' || e === 'kept') loop.take(++frameId, e === 'kept');
          else if (e === 'away' || e === 'back') loop.wanted = e === 'back';
          else if (e === 'wait') await settle();
          else await loop.backend.answer(e);
        }
        for (let n = 0; n < 4; n++) {
          await loop.backend.answer('picture');
        }
        await settle();
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
