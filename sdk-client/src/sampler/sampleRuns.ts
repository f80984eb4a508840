import type { SampleSet } from '@sgaps/protocol';
import { BLOCK_KIND, BLOCK_SAMPLES, levelOf } from '@sgaps/protocol/vocabulary';
import { type PackedSamples, packSample, type SampleRun } from './Sampler.js';

/** Runs of a set at most: one that changes more often between blocks and single samples is written out sample by sample. */
export const MOST_RUNS = 8;
/** Words of a run begin at multiples of so many: those of a uniform block may at any WebGL2 begin there. */
export const RUN_ALIGNMENT = 64;

/**
 * Packs an expanded set: a word for each single sample, one for each block.
 *
 * @example
 * ```ts
 * const { words, count, runs } = packSet(coordinates.expand(request));
 * ```
 */
export function packSet(set: SampleSet): PackedSamples & { readonly words: Uint32Array<ArrayBuffer> } {
  const { count } = set;
  const runs = runsOf(set);
  if (runs.length === 1 || runs.length > MOST_RUNS) return packSingly(set);
  const words = new Uint32Array(wordsIn(runs));
  let from = 0;
  let word = 0;
  for (let r = 0; r < runs.length; r++) {
    const step = stepOf(r);
    for (const end = from + runs[r]; from < end; from += step) words[word++] = wordOf(set, from);
    if (r + 1 < runs.length) word = aligned(word);
  }
  return { words, count, runs };
}

/** Words that the runs of a set take. */
function wordsIn(runs: readonly number[]): number {
  let words = 0;
  for (let r = 0; r < runs.length; r++) words = aligned(words) + runs[r] / stepOf(r);
  return words;
}

/**
 * Where the runs of a packed set lie.
 *
 * @example
 * ```ts
 * const { runs, words, depths } = placeRuns(set);
 * ```
 */
export function placeRuns(set: PackedSamples): { runs: SampleRun[]; words: number; depths: number } {
  const runs: SampleRun[] = [];
  let word = 0;
  let at = 0;
  let depthAt = 0;
  (set.runs ?? [set.count]).forEach((count, r) => {
    word = aligned(word);
    const depths = count / stepOf(r);
    if (count > 0) runs.push({ isBlocks: r % 2 === 1, word, at, count, depthAt, depths });
    word += depths;
    at += count;
    depthAt += depths;
  });
  return { runs, words: word, depths: depthAt };
}

/** Samples that each run has: single ones, blocks, single ones and so on. */
function runsOf({ kind, count }: SampleSet): number[] {
  const runs = [0];
  for (let i = 0; i < count; ) {
    const isBlock = kind[i] >= BLOCK_KIND;
    if (isBlock !== (runs.length % 2 === 0)) runs.push(0);
    const step = isBlock ? BLOCK_SAMPLES : 1;
    runs[runs.length - 1] += step;
    i += step;
  }
  return runs;
}

function packSingly(set: SampleSet): { words: Uint32Array<ArrayBuffer>; count: number } {
  const words = new Uint32Array(set.count);
  for (let i = 0; i < set.count; i++) words[i] = wordOf(set, i);
  return { words, count: set.count };
}

function wordOf({ u, v, kind }: SampleSet, i: number): number {
  return packSample(u[i], v[i], levelOf(kind[i]));
}

/** Samples that a word of run `r` stands for. */
function stepOf(r: number): number {
  return r % 2 === 1 ? BLOCK_SAMPLES : 1;
}

function aligned(words: number): number {
  return Math.ceil(words / RUN_ALIGNMENT) * RUN_ALIGNMENT;
}
