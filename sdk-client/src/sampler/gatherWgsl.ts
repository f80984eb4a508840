import { MOST_RUNS } from './sampleRuns.js';

/** Invocations of a workgroup. */
export const GATHER_GROUP = 64;

/** 32-bit numbers of `Params`, and where its runs begin. */
export const RUNS_AT = 12;
export const PARAMS = RUNS_AT + 4 * MOST_RUNS;

/**
 * What both entries share. `size` = width and height of the picture, then of the grid; `place` = samples, first value of colours, edge
 * bits, depths; `depth` = width and height of the depth texture, 1 where its first row is the bottom, first value; a run = its end,
 * first word, 1 for blocks, the end of its depths.
 */
const HEAD = `
struct Params { size: vec4u, place: vec4u, depth: vec4u, runs: array<vec4u, ${MOST_RUNS}> }
@group(0) @binding(0) var picture: texture_2d<f32>;
@group(0) @binding(1) var<storage, read> words: array<u32>;
@group(0) @binding(2) var<storage, read_write> values: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;
`;

/** The formula of `AreaGather`, in unsigned integers, top row first; a value is R | G << 8 | B << 16. */
export const GATHER_WGSL = `${HEAD}
@compute @workgroup_size(${GATHER_GROUP}) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.place.x) { return; }
  var r = 0u;
  var start = 0u;
  while (id.x >= params.runs[r].x) { start = params.runs[r].x; r++; }
  let run = params.runs[r];
  let i = id.x - start;
  let asked = words[run.y + select(i, i >> 6u, run.z == 1u)];
  let level = asked >> 20u;
  var at = vec2u(asked & 1023u, (asked >> 10u) & 1023u);
  if (run.z == 1u) { at = min(at + (vec2u(i & 7u, (i >> 3u) & 7u) << vec2u(level)), params.size.zw - vec2u(1u)); }
  let to = min(at + vec2u(1u << level), params.size.zw);
  let bits = params.place.z;
  let e0 = ((at * params.size.xy) << vec2u(bits)) / params.size.zw;
  let e1 = max(((to * params.size.xy) << vec2u(bits)) / params.size.zw, e0 + vec2u(1u));
  let t0 = e0 >> vec2u(bits);
  let t1 = (e1 - vec2u(1u)) >> vec2u(bits);
  var sum = vec3u(0u);
  for (var y = t0.y; y <= t1.y; y++) {
    let wy = min(e1.y, (y + 1u) << bits) - max(e0.y, y << bits);
    var row = vec3u(0u);
    for (var x = t0.x; x <= t1.x; x++) {
      let wx = min(e1.x, (x + 1u) << bits) - max(e0.x, x << bits);
      row += wx * vec3u(textureLoad(picture, vec2u(x, y), 0).rgb * 255.0 + 0.5);
    }
    sum += wy * row;
  }
  let area = (e1.x - e0.x) * (e1.y - e0.y);
  let mean = (sum + vec3u(area / 2u)) / vec3u(area);
  values[params.place.y + id.x] = mean.r | (mean.g << 8u) | (mean.b << 16u);
}`;

/**
 * The bits of the depth texel in the middle of a point's grid pixel, of a block in that of the pixel that `carriesDepth` names; 0 for
 * means, which carry no depth.
 */
export const DEPTH_WGSL = `${HEAD}
@compute @workgroup_size(${GATHER_GROUP}) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.place.w) { return; }
  var r = 0u;
  var start = 0u;
  while (id.x >= params.runs[r].w) { start = params.runs[r].w; r++; }
  let run = params.runs[r];
  let asked = words[run.y + id.x - start];
  var at = vec2u(asked & 1023u, (asked >> 10u) & 1023u);
  if (run.z == 1u) { at = min(at + ((vec2u(3u) - at) & vec2u(7u)), params.size.zw - vec2u(1u)); }
  var texel = ((2u * at + vec2u(1u)) * params.depth.xy) / (2u * params.size.zw);
  if (params.depth.z == 1u) { texel.y = params.depth.y - 1u - texel.y; }
  let z = bitcast<u32>(textureLoad(picture, texel, 0).r);
  values[params.depth.w + id.x] = select(0u, z, (asked >> 20u) == 0u);
}`;
