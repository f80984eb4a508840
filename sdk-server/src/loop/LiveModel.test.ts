import { type DecodedFrame, type ModelBackend, type ModelOutput, SessionDecoder } from '@sgaps/core';
import { type CaptureGrid, createSampleSet, SampleKind } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveModel } from './LiveModel.js';

const GRID = { width: 32, height: 16 };
const SIZE = GRID.width * GRID.height;
const memory = new SessionDecoder({ grid: GRID }).memory;
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Answers when told to. */
class Backend implements ModelBackend {
  readonly id = 'told@1';
  readonly #open: ((answer: 'output' | 'nothing' | 'error') => void)[] = [];

  get running(): number {
    return this.#open.length;
  }

  run(_: CaptureGrid, __: Uint8Array): Promise<ModelOutput | null> {
    return new Promise((resolve, reject) => {
      this.#open.push((answer) => {
        if (answer === 'error') reject(new Error('no memory'));
        else if (answer === 'nothing') resolve(null);
        else resolve({ frame: new Uint8Array(3 * SIZE), logVariance: new Float32Array(SIZE), gap: new Float32Array(SIZE) });
      });
    });
  }

  /** Answers the oldest run under way, if there is one. */
  async answer(answer: 'output' | 'nothing' | 'error'): Promise<void> {
    await settle();
    this.#open.shift()?.(answer);
    await settle();
  }
}

function session() {
  const backend = new Backend();
  const said: number[] = [];
  const errors: unknown[] = [];
  const model = new LiveModel({
    grid: GRID,
    backend,
    memory: () => memory,
    said: (_, { frameId }) => said.push(frameId),
    failed: (error) => errors.push(error),
  });
  const take = (frameId: number, kept = false) => {
    const samples = Object.assign(createSampleSet(1), { count: 1 });
    samples.kind[0] = SampleKind.point;
    const state = { cameras: [], cameras3d: [], objects: [], values: [] };
    const values = { rgb: new Uint8Array(3), bits: Uint8Array.of(8) };
    const frame = { frameId, clientTime: frameId, requestId: frameId, state, samples, values };
    const maps = { uncertainty: new Float32Array(SIZE), confidence: new Uint8Array(SIZE) };
    const picture = { rgb: new Uint8ClampedArray(3 * SIZE), sources: () => new Uint8Array(SIZE) };
    const decoded: DecodedFrame = { frameId, time: frameId, ...picture, ...maps, kept, frame, samples, state };
    model.take(decoded);
  };
  return { backend, said, errors, take };
}

describe('LiveModel', () => {
  it('says what it thinks of each frame that it has time for, and leaves out the others', async () => {
    const { backend, said, take } = session();
    take(1);
    // How long it takes nobody knows yet.
    take(2);
    await backend.answer('output');
    take(3);
    take(4);
    take(5);
    for (let i = 0; i < 3; i++) await backend.answer('output');
    expect(said).toEqual([1, 3, 4]);
  });

  it('does not look at frames that samples alone kept', async () => {
    const { backend, said, take } = session();
    take(1, true);
    await settle();
    expect(backend.running).toBe(0);
    take(2);
    await backend.answer('output');
    expect(said).toEqual([2]);
  });

  it('goes on after a run that fails, which is reported, or says nothing', async () => {
    const { backend, said, errors, take } = session();
    take(1);
    await backend.answer('error');
    take(2);
    await backend.answer('nothing');
    take(3);
    await backend.answer('output');
    expect(said).toEqual([3]);
    expect(errors).toEqual([new Error('no memory')]);
  });

  it('tells frames in order and none twice, whatever the model does and when', async () => {
    const event = fc.constantFrom('take', 'take', 'kept', 'output', 'nothing', 'error', 'wait');
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
        const { backend, said, take } = session();
        let frameId = 0;
        for (const e of events) {
          if (e === 'take' || e === 'kept') take(++frameId, e === 'kept');
          else if (e === 'wait') await settle();
          else await backend.answer(e);
          expect(backend.running).toBeLessThanOrEqual(2);
        }
        for (let n = 0; n < 4; n++) await backend.answer('output');
        expect(said).toEqual([...new Set(said)].sort((a, b) => a - b));
        take(++frameId);
        await backend.answer('output');
        expect(said.at(-1)).toBe(frameId);
      }),
      { numRuns: 40 },
    );
  });
});
