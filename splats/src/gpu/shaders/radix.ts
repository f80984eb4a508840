import { SCAN } from './workgroup.js';

/** Keys that a workgroup sorts. */
export const SORT_BLOCK = 2048;

/** The key of what sorting leaves out. */
export const LEFT_OUT = 0xffffffff;

/** Bytes between the indirect arguments of two counters: workgroups per block of keys, then, 16 bytes on, per 256 items. */
export const ARGUMENT_STRIDE = 32;

const COMMON = /* wgsl */ `
// One pass over one digit.
struct Digit {
  shift: u32,
  // The counter of keys to read, and the one that is told how many are left.
  source: u32,
  goal: u32,
  // 1: a key's value is its place.
  places: u32,
}

const BLOCK = ${SORT_BLOCK}u;
const LEFT_OUT = ${LEFT_OUT}u;
// Blocks that one thread adds up faster than a workgroup does.
const FEW = 32u;

@group(0) @binding(0) var<uniform> digit: Digit;

fn blocksOf(count: u32) -> u32 {
  return (count + BLOCK - 1u) / BLOCK;
}
`;

/** How often each digit is in each block: counts[digit · blocks + block]. */
export const HISTOGRAM = /* wgsl */ `
${COMMON}
@group(0) @binding(1) var<storage, read> counters: array<u32>;
@group(0) @binding(2) var<storage, read> keys: array<u32>;
@group(0) @binding(3) var<storage, read_write> counts: array<u32>;

var<workgroup> found: array<atomic<u32>, 256>;

@compute @workgroup_size(256)
fn histogram(@builtin(workgroup_id) block: vec3u, @builtin(local_invocation_index) thread: u32) {
  let count = counters[digit.source];
  let last = min(count, (block.x + 1u) * BLOCK);
  for (var at = block.x * BLOCK + thread; at < last; at += 256u) {
    let key = keys[at];
    if (key != LEFT_OUT) {
      atomicAdd(&found[(key >> digit.shift) & 255u], 1u);
    }
  }
  workgroupBarrier();
  counts[thread * blocksOf(count) + block.x] = atomicLoad(&found[thread]);
}
`;

/** A workgroup per digit: how often it is in the blocks before each, and in all. Few blocks are left to `scanDigits`. */
export const SCAN_BLOCKS = /* wgsl */ `
${COMMON}
${SCAN}
@group(0) @binding(1) var<storage, read> counters: array<u32>;
@group(0) @binding(2) var<storage, read_write> counts: array<u32>;
@group(0) @binding(3) var<storage, read_write> totals: array<u32>;

@compute @workgroup_size(256)
fn scanBlocks(@builtin(workgroup_id) row: vec3u, @builtin(local_invocation_index) thread: u32) {
  let blocks = blocksOf(counters[digit.source]);
  if (blocks <= FEW) {
    return;
  }
  let share = (blocks + 255u) / 256u;
  let first = row.x * blocks + min(thread * share, blocks);
  let last = row.x * blocks + min((thread + 1u) * share, blocks);
  var own = 0u;
  for (var at = first; at < last; at++) {
    own += counts[at];
  }
  var before = runningSum(thread, own) - own;
  for (var at = first; at < last; at++) {
    let count = counts[at];
    counts[at] = before;
    before += count;
  }
  if (thread == 255u) {
    totals[row.x] = before;
  }
}
`;

/** A thread per digit: where it begins; how many keys are left, and the indirect arguments that follow from it. */
export const SCAN_DIGITS = /* wgsl */ `
${COMMON}
${SCAN}
@group(0) @binding(1) var<storage, read_write> counters: array<u32>;
@group(0) @binding(2) var<storage, read_write> totals: array<u32>;
@group(0) @binding(3) var<storage, read_write> arguments: array<u32>;
@group(0) @binding(4) var<storage, read_write> counts: array<u32>;

@compute @workgroup_size(256)
fn scanDigits(@builtin(local_invocation_index) thread: u32) {
  let blocks = blocksOf(counters[digit.source]);
  var own = 0u;
  if (blocks <= FEW) {
    for (var block = 0u; block < blocks; block++) {
      let count = counts[thread * blocks + block];
      counts[thread * blocks + block] = own;
      own += count;
    }
  } else {
    own = totals[thread];
  }
  let sum = runningSum(thread, own);
  totals[thread] = sum - own;
  // The counter that is read belongs to the scattering that follows, unless nothing was left out.
  if (thread == 255u) {
    counters[digit.goal] = sum;
    let at = digit.goal * ${ARGUMENT_STRIDE / 4}u;
    arguments[at] = blocksOf(sum);
    arguments[at + 1u] = 1u;
    arguments[at + 2u] = 1u;
    arguments[at + 4u] = (sum + 255u) / 256u;
    arguments[at + 5u] = 1u;
    arguments[at + 6u] = 1u;
  }
}
`;

/**
 * Puts each key where it belongs. Those of a block are taken 256 at a time; among these, a key's rank is the number of threads before it with the same
 * digit, which each thread reads from masks of 256 bits, one per digit. So equal digits keep their order.
 */
export const SCATTER = /* wgsl */ `
${COMMON}
@group(0) @binding(1) var<storage, read> counters: array<u32>;
@group(0) @binding(2) var<storage, read> keys: array<u32>;
@group(0) @binding(3) var<storage, read> values: array<u32>;
@group(0) @binding(4) var<storage, read> counts: array<u32>;
@group(0) @binding(5) var<storage, read> totals: array<u32>;
@group(0) @binding(6) var<storage, read_write> sortedKeys: array<u32>;
@group(0) @binding(7) var<storage, read_write> sortedValues: array<u32>;

var<workgroup> masks: array<atomic<u32>, 2048>;
// Where the next key with a digit goes.
var<workgroup> places: array<u32, 256>;

@compute @workgroup_size(256)
fn scatter(@builtin(workgroup_id) block: vec3u, @builtin(local_invocation_index) thread: u32) {
  let count = counters[digit.source];
  places[thread] = totals[thread] + counts[thread * blocksOf(count) + block.x];
  let word = thread / 32u;
  let bit = 1u << (thread % 32u);
  workgroupBarrier();

  for (var round = 0u; round < BLOCK; round += 256u) {
    let at = block.x * BLOCK + round + thread;
    var key = LEFT_OUT;
    if (at < count) {
      key = keys[at];
    }
    let value = (key >> digit.shift) & 255u;
    let mask = value * 8u;
    if (key != LEFT_OUT) {
      atomicOr(&masks[mask + word], bit);
    }
    workgroupBarrier();

    var before = 0u;
    var all = 0u;
    if (key != LEFT_OUT) {
      for (var other = 0u; other < 8u; other++) {
        let bits = atomicLoad(&masks[mask + other]);
        all += countOneBits(bits);
        if (other < word) {
          before += countOneBits(bits);
        } else if (other == word) {
          before += countOneBits(bits & (bit - 1u));
        }
      }
      let place = places[value] + before;
      sortedKeys[place] = key;
      if (digit.places == 1u) {
        sortedValues[place] = at;
      } else {
        sortedValues[place] = values[at];
      }
    }
    workgroupBarrier();

    if (key != LEFT_OUT) {
      atomicStore(&masks[mask + word], 0u);
      if (before + 1u == all) {
        places[value] += all;
      }
    }
    workgroupBarrier();
  }
}
`;
