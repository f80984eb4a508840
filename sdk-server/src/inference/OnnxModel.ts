import type { CaptureGrid } from '@sgaps/protocol';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { OUTPUT_PIXEL_BYTES, outputViews } from './frameOutput.js';
import { Refusal, reasonOf } from './Refusal.js';
import type { BatchReport } from './threadMessages.js';

/** ONNX Runtime's module. */
export type Ort = typeof import('onnxruntime-node');

/** How the providers say that memory ran out. */
const OUT_OF_MEMORY = /out of memory|failed to allocate|bad_?alloc|alloc_failed|smaller than requested bytes/i;

/** Names, types and channels of what a model takes and gives; `planes` has as many as `MODEL_PLANES`. */
const OUTPUTS = {
  frame: { type: 'uint8', channels: 3 },
  logVariance: { type: 'float32', channels: 1 },
  gap: { type: 'float32', channels: 1 },
} as const;

/**
 * A loaded model: runs batches, in parts where memory does not suffice for all of it, and gives no picture whose uncertainty is no number.
 *
 * @example
 * ```ts
 * const model = new OnnxModel(ort, session, MODEL_PLANES.length);
 * const { outputs } = await model.run(grid, planes, 8);
 * ```
 */
export class OnnxModel {
  /** Pixels that may be run at once. */
  #maxPixels = Number.MAX_SAFE_INTEGER;
  /** What batches of several frames are written to, before each gets its own. */
  #scratch = targetOf(0);

  /** @throws Refusal `MODEL_INVALID` unless inputs and outputs are those of the contract. */
  constructor(
    private readonly ort: Ort,
    readonly session: InferenceSession,
    private readonly planes: number,
  ) {
    expectTensors('input', session.inputMetadata, { planes: { type: 'uint8', channels: planes } });
    expectTensors('output', session.outputMetadata, OUTPUTS);
  }

  /** @param planes Those of `count` frames, one after the other. @param reuse Buffers for their outputs; null, or none, for new ones. */
  async run(
    grid: CaptureGrid,
    planes: Uint8Array,
    count: number,
    reuse: readonly (ArrayBuffer | null)[] = [],
  ): Promise<Omit<BatchReport, 'kind' | 'planes'>> {
    const start = performance.now();
    const size = grid.width * grid.height;
    const bytes = this.planes * size;
    const outputs: (ArrayBuffer | 'invalid' | 'failed')[] = [];
    let outOfMemory = 0;
    let error: string | null = null;
    while (outputs.length < count) {
      const from = outputs.length;
      const part = Math.min(count - from, Math.max(1, Math.floor(this.#maxPixels / size)));
      try {
        const input = planes.subarray(from * bytes, (from + part) * bytes);
        const made = await this.#runPart(grid, input, reuse.slice(from, from + part), part);
        for (const output of made) outputs.push(allFinite(output, size) ? output : 'invalid');
      } catch (thrown) {
        const full = OUT_OF_MEMORY.test(reasonOf(thrown));
        if (full) outOfMemory++;
        if (full && part > 1) {
          this.#scratch = targetOf(0);
          this.#maxPixels = (part >> 1) * size;
          continue;
        }
        error = reasonOf(thrown);
        for (let i = 0; i < part; i++) outputs.push('failed');
      }
    }
    return { outputs, error, outOfMemory, maxPixels: this.#maxPixels, ms: performance.now() - start };
  }

  /** One run of ONNX Runtime. A lone frame is written where it stays; those of a batch are cut out of it, so that none keeps the whole in memory. */
  async #runPart(
    grid: CaptureGrid,
    planes: Uint8Array,
    reuse: readonly (ArrayBuffer | null)[],
    count: number,
  ): Promise<ArrayBuffer[]> {
    const { width, height } = grid;
    const size = width * height;
    const bufferFor = (at: number) => reuse[at] ?? new ArrayBuffer(OUTPUT_PIXEL_BYTES * size);
    if (count === 1) {
      const output = bufferFor(0);
      await this.#runInto(grid, planes, 1, outputViews(output, size));
      return [output];
    }
    const target = this.#scratchFor(count * size);
    await this.#runInto(grid, planes, count, target);
    return Array.from({ length: count }, (_, at) => {
      const output = bufferFor(at);
      const own = outputViews(output, size);
      own.frame.set(target.frame.subarray(3 * at * size, 3 * (at + 1) * size));
      own.logVariance.set(target.logVariance.subarray(at * size, (at + 1) * size));
      own.gap.set(target.gap.subarray(at * size, (at + 1) * size));
      return output;
    });
  }

  #scratchFor(pixels: number): Target {
    if (this.#scratch.gap.length < pixels) this.#scratch = targetOf(pixels);
    const { frame, logVariance, gap } = this.#scratch;
    return { frame: frame.subarray(0, 3 * pixels), logVariance: logVariance.subarray(0, pixels), gap: gap.subarray(0, pixels) };
  }

  async #runInto({ width, height }: CaptureGrid, planes: Uint8Array, count: number, target: Target): Promise<void> {
    const { Tensor } = this.ort;
    await this.session.run(
      { planes: new Tensor('uint8', planes, [count, this.planes, height, width]) },
      {
        frame: new Tensor('uint8', target.frame, [count, 3, height, width]),
        logVariance: new Tensor('float32', target.logVariance, [count, 1, height, width]),
        gap: new Tensor('float32', target.gap, [count, 1, height, width]),
      },
    );
  }
}

/** Where outputs are written to. */
interface Target {
  readonly frame: Uint8Array;
  readonly logVariance: Float32Array;
  readonly gap: Float32Array;
}

function targetOf(pixels: number): Target {
  return { frame: new Uint8Array(3 * pixels), logVariance: new Float32Array(pixels), gap: new Float32Array(pixels) };
}

/** A sum of finite 32-bit floats is finite in 64 bits, and one that has another among them is not. */
function allFinite(output: ArrayBuffer, size: number): boolean {
  const values = new Float32Array(output, 0, 2 * size);
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at];
  return Number.isFinite(sum);
}

type Expected = Readonly<Record<string, { readonly type: Tensor.Type; readonly channels: number }>>;

function expectTensors(kind: 'input' | 'output', found: readonly InferenceSession.ValueMetadata[], expected: Expected): void {
  const wrong = (what: string) =>
    new Refusal('MODEL_INVALID', `The model's ${what}; it must be exported by the contract of \`MODEL_PLANES\`.`);
  const names = Object.keys(expected);
  const there = found.map(({ name }) => name);
  if (there.length !== names.length || !names.every((name) => there.includes(name)))
    throw wrong(`${kind}s are ${there.join(', ') || 'none'} instead of ${names.join(', ')}`);
  for (const value of found) {
    const { type, channels } = expected[value.name];
    const shape = value.isTensor ? `${value.type}[${value.shape.join(', ')}]` : 'no tensor';
    const good =
      value.isTensor &&
      value.type === type &&
      value.shape.length === 4 &&
      // A channel count that is only known when it runs is checked then.
      (value.shape[1] === channels || typeof value.shape[1] === 'string') &&
      [0, 2, 3].every((at) => typeof value.shape[at] === 'string');
    if (!good) throw wrong(`${kind} ${value.name} is ${shape} instead of ${type}[batch, ${channels}, height, width]`);
  }
}
