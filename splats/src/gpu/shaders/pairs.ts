import { COUNTERS, FRAME } from './frame.js';
import { ARGUMENT_STRIDE, LEFT_OUT, SORT_BLOCK } from './radix.js';
import { RECORD } from './record.js';
import { SCAN } from './workgroup.js';

const RECT = /* wgsl */ `
// First and last column and row of tiles, both inside.
fn cornersOf(rect: u32) -> vec4u {
  return (vec4u(rect) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u);
}

fn tilesOf(rect: u32) -> u32 {
  let corners = cornersOf(rect);
  return (corners.z - corners.x + 1u) * (corners.w - corners.y + 1u);
}
`;

/** How many tiles the splats of each group of 256 touch, in order of depth. */
export const COUNT_PAIRS = /* wgsl */ `
${RECT}
@group(0) @binding(0) var<storage, read> counters: array<u32>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read> rects: array<u32>;
@group(0) @binding(3) var<storage, read_write> groups: array<u32>;

var<workgroup> sum: atomic<u32>;

@compute @workgroup_size(256)
fn countPairs(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let at = group.x * 256u + thread;
  if (at < counters[${COUNTERS.seen}]) {
    atomicAdd(&sum, tilesOf(rects[order[at]]));
  }
  workgroupBarrier();
  if (thread == 0u) {
    groups[group.x] = atomicLoad(&sum);
  }
}
`;

/** Where each group's pairs begin, and whether all fit: none are drawn if they do not, and the CPU draws the frame again with more room. */
export const SCAN_PAIRS = /* wgsl */ `
${FRAME}
${SCAN}
@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read_write> counters: array<u32>;
@group(0) @binding(2) var<storage, read_write> groups: array<u32>;
@group(0) @binding(3) var<storage, read_write> arguments: array<u32>;

@compute @workgroup_size(256)
fn scanPairs(@builtin(local_invocation_index) thread: u32) {
  let count = (counters[${COUNTERS.seen}] + 255u) / 256u;
  let share = (count + 255u) / 256u;
  let first = min(thread * share, count);
  let last = min((thread + 1u) * share, count);
  var own = 0u;
  for (var at = first; at < last; at++) {
    own = addUpTo(own, groups[at]);
  }
  runningSum(thread, own);
  var before = 0u;
  if (thread > 0u) {
    before = sums[thread - 1u];
  }
  for (var at = first; at < last; at++) {
    let pairs = groups[at];
    groups[at] = before;
    before = addUpTo(before, pairs);
  }
  if (thread == 255u) {
    let wanted = sums[255];
    let pairs = select(wanted, 0u, wanted > frame.capacity);
    counters[${COUNTERS.wanted}] = wanted;
    counters[${COUNTERS.emitted}] = pairs;
    let at = ${(COUNTERS.emitted * ARGUMENT_STRIDE) / 4}u;
    arguments[at] = (pairs + ${SORT_BLOCK - 1}u) / ${SORT_BLOCK}u;
    arguments[at + 1u] = 1u;
    arguments[at + 2u] = 1u;
  }
}
`;

/**
 * Writes the pairs, in order of depth. A workgroup shares the work of its 256 splats evenly, since one near splat may touch more tiles than all others.
 * Tiles of the rectangle that the ellipse misses get the key that sorting leaves out.
 */
export const EMIT_PAIRS = /* wgsl */ `
${FRAME}
${RECORD}
${RECT}
${SCAN}
@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read> counters: array<u32>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read> rects: array<u32>;
@group(0) @binding(4) var<storage, read> records: array<vec4u>;
@group(0) @binding(5) var<storage, read> groups: array<u32>;
@group(0) @binding(6) var<storage, read_write> pairTiles: array<u32>;
@group(0) @binding(7) var<storage, read_write> pairSplats: array<u32>;

struct Ellipse {
  mean: vec2f,
  reach: f32,
  factor: vec3f,
}

var<workgroup> splats: array<u32, 256>;
var<workgroup> corners: array<u32, 256>;
var<workgroup> ellipses: array<Ellipse, 256>;
// Pairs of the splats before each.
var<workgroup> starts: array<u32, 256>;

fn lengthOf(factor: vec3f, d: vec2f) -> f32 {
  let a = factor.x * d.x + factor.y * d.y;
  let b = factor.z * d.y;
  return a * a + b * b;
}

// Whether a pixel's centre of the tile may lie inside of the ellipse: the least |L·d|² over the tile is at the mean, or on an edge that faces it.
fn touches(ellipse: Ellipse, tile: vec2u) -> bool {
  let low = vec2f(tile * TILE) + 0.5 - ellipse.mean;
  let high = low + f32(TILE - 1u);
  let edge = clamp(vec2f(0.0), low, high);
  let f = ellipse.factor;
  var least = 0.0;
  if (any(edge != vec2f(0.0))) {
    least = 3.0e38;
    if (edge.x != 0.0) {
      let y = -f.x * f.y / (f.y * f.y + f.z * f.z) * edge.x;
      least = min(least, lengthOf(f, vec2f(edge.x, clamp(y, low.y, high.y))));
    }
    if (edge.y != 0.0) {
      let x = -f.y / f.x * edge.y;
      least = min(least, lengthOf(f, vec2f(clamp(x, low.x, high.x), edge.y)));
    }
  }
  // A little more than the reach, since rounding must not lose a pixel.
  return least <= ellipse.reach * 1.001 + 0.001;
}

@compute @workgroup_size(256)
fn emitPairs(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let at = group.x * 256u + thread;
  var own = 0u;
  if (at < counters[${COUNTERS.seen}] && counters[${COUNTERS.emitted}] > 0u) {
    let splat = order[at];
    let rect = rects[splat];
    let shape = unpackSplat(records[2u * splat], records[2u * splat + 1u]);
    splats[thread] = splat;
    corners[thread] = rect;
    ellipses[thread] = Ellipse(shape.mean, reach(shape.opacity), shape.factor);
    own = tilesOf(rect);
  }
  starts[thread] = runningSum(thread, own) - own;
  workgroupBarrier();
  let all = sums[255];
  let first = groups[group.x];

  for (var pair = thread; pair < all; pair += 256u) {
    // The last splat that begins at or before the pair.
    var which = 0u;
    for (var step = 128u; step > 0u; step /= 2u) {
      if (starts[which + step] <= pair) {
        which += step;
      }
    }
    let bounds = cornersOf(corners[which]);
    let nth = pair - starts[which];
    let columns = bounds.z - bounds.x + 1u;
    let tile = vec2u(bounds.x + nth % columns, bounds.y + nth / columns);
    pairTiles[first + pair] = select(${LEFT_OUT}u, tile.y * frame.tiles.x + tile.x, touches(ellipses[which], tile));
    pairSplats[first + pair] = splats[which];
  }
}
`;

/** Where each tile's pairs begin and end. Tiles without any keep what the buffer was cleared to. */
export const FIND_RANGES = /* wgsl */ `
@group(0) @binding(0) var<storage, read> counters: array<u32>;
@group(0) @binding(1) var<storage, read> pairTiles: array<u32>;
@group(0) @binding(2) var<storage, read_write> ranges: array<vec2u>;

@compute @workgroup_size(256)
fn findRanges(@builtin(workgroup_id) block: vec3u, @builtin(local_invocation_index) thread: u32) {
  let count = counters[${COUNTERS.kept}];
  let last = min(count, (block.x + 1u) * ${SORT_BLOCK}u);
  for (var at = block.x * ${SORT_BLOCK}u + thread; at < last; at += 256u) {
    let tile = pairTiles[at];
    if (at == 0u || pairTiles[max(at, 1u) - 1u] != tile) {
      ranges[tile].x = at;
    }
    if (at + 1u == count || pairTiles[min(at + 1u, count - 1u)] != tile) {
      ranges[tile].y = at + 1u;
    }
  }
}
`;
