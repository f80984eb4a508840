import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import type { ArchiveModel, CubeConditions } from '@sgaps/core';
import type { CaptureGrid } from '@sgaps/protocol';

const CUBE = 16;
const REGIONS = 8;
const TOKENS = 24;
const TOKEN_WIDTH = 24;
/** 8-bit steps from which on a pixel has changed. */
const CHANGED = 6;

/**
 * Stands where HST-MAE stands in the archive's encoder and writes down all it is told, pair by pair, for training: what the product's own code shows of a clip. It draws what is known
 * already, so that no code is worth its bits. Layout: training/README.md, "HST-MAE".
 *
 * @example
 * ```ts
 * const recorder = new PairRecorder('data/hst/tank-arena');
 * await new ArchiveEncoder(shape, { model: recorder, quantiser: 30 }).encode(pictures);
 * recorder.finish('tank-arena');
 * ```
 */
export class PairRecorder implements ArchiveModel {
  readonly id = 'recorder@1';
  readonly memoryWidth = 1;
  private readonly file: number;
  private readonly stateCounts: number[] = [];
  private readonly keyframes: number[] = [];
  private size: CaptureGrid = { width: 0, height: 0 };
  private context: Float32Array = new Float32Array(0);
  /** A group's first pair is asked twice, the first time for the session vector. */
  private skip = false;

  constructor(private readonly path: string) {
    this.file = openSync(`${path}.bin`, 'w');
  }

  encode(size: CaptureGrid, frames: Float32Array, conditions: CubeConditions): ReturnType<ArchiveModel['encode']> {
    const cubes = (size.width * size.height) / CUBE ** 2;
    const answer = Promise.resolve({ codes: new Int32Array(6 * cubes), session: new Float32Array(32) });
    this.context = conditions.context;
    const isKey = conditions.context.every((value) => Math.abs(value - 0.5) < 1e-3);
    this.skip = isKey && !this.skip;
    if (this.skip) return answer;
    this.size = size;
    const { region, rank, state } = conditions;
    const tokens = new Float32Array(TOKENS * TOKEN_WIDTH);
    tokens.set(state);
    this.stateCounts.push(state.length / TOKEN_WIDTH);
    this.keyframes.push(isKey ? 1 : 0);
    const truth = toBytes(frames, size);
    const context = toBytes(conditions.context, size);
    const changed = changedCubes(truth, context, size);
    const order = Uint8Array.from(rank.subarray(0, REGIONS));
    for (const part of [truth, context, Uint8Array.from(region), order, changed, new Uint8Array(tokens.buffer)])
      writeSync(this.file, part);
    return answer;
  }

  decode(
    { width, height }: CaptureGrid,
    { places }: { readonly places: Int32Array },
    { memory }: CubeConditions,
  ): ReturnType<ArchiveModel['decode']> {
    const cubes = new Float32Array(places.length * 6 * CUBE ** 2);
    const columns = width / CUBE;
    let to = 0;
    for (const cube of places)
      for (let plane = 0; plane < 6; plane++)
        for (let row = 0; row < CUBE; row++, to += CUBE) {
          const from = (plane * height + CUBE * Math.floor(cube / columns) + row) * width + CUBE * (cube % columns);
          cubes.set(this.context.subarray(from, from + CUBE), to);
        }
    return Promise.resolve({ cubes, memory });
  }

  /** Writes what the pairs are of, and gives their number. */
  finish(game: string): number {
    closeSync(this.file);
    const { width, height } = this.size;
    const { stateCounts, keyframes } = this;
    const pairs = keyframes.length;
    writeFileSync(`${this.path}.json`, JSON.stringify({ game, width, height, pairs, stateCounts, keyframes }));
    return pairs;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** float32 [2, 3, H, W] as bytes [2, H, W, 3]. */
function toBytes(frames: Float32Array, { width, height }: CaptureGrid): Uint8Array {
  const bytes = new Uint8Array(frames.length);
  const size = width * height;
  for (let frame = 0; frame < 2; frame++)
    for (let plane = 0; plane < 3; plane++) {
      const from = (3 * frame + plane) * size;
      for (let i = 0; i < size; i++) bytes[3 * (frame * size + i) + plane] = Math.round(255 * frames[from + i]);
    }
  return bytes;
}

/** 1 for each cube that anything has changed in. */
function changedCubes(truth: Uint8Array, context: Uint8Array, { width, height }: CaptureGrid): Uint8Array {
  const columns = width / CUBE;
  const changed = new Uint8Array((columns * height) / CUBE);
  for (let i = 0; i < truth.length; i++) {
    if (Math.abs(truth[i] - context[i]) < CHANGED) continue;
    const pixel = Math.floor(i / 3) % (width * height);
    changed[Math.floor(pixel / width / CUBE) * columns + Math.floor((pixel % width) / CUBE)] = 1;
  }
  return changed;
}
