import { FRAME } from './frame.js';
import { HARMONICS } from './harmonics.js';
import { RECORD } from './record.js';

/**
 * Stage 1, one thread per splat: where it lies in the picture, its colour from here, the tiles that its ellipse may touch, and its depth as a sorting
 * key. One that is not seen gets the key that sorting leaves out, so that the first sorting pass also is the compaction.
 */
export const PROJECT = /* wgsl */ `
${FRAME}
${RECORD}

// A part of the cloud: harmonics of a large one lie in several buffers.
struct Part {
  first: u32,
  count: u32,
  degree: u32,
  // Words of a splat's harmonics.
  words: u32,
}

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<uniform> part: Part;
@group(0) @binding(2) var<storage, read> positions: array<f32>;
@group(0) @binding(3) var<storage, read> rotations: array<vec4f>;
@group(0) @binding(4) var<storage, read> scales: array<f32>;
@group(0) @binding(5) var<storage, read> opacities: array<f32>;
@group(0) @binding(6) var<storage, read> harmonics: array<u32>;
@group(0) @binding(7) var<storage, read_write> records: array<vec4u>;
@group(0) @binding(8) var<storage, read_write> keys: array<u32>;
@group(0) @binding(9) var<storage, read_write> rects: array<u32>;

const UNSEEN = 0xffffffffu;
// Widens every splat by about half a pixel: the low-pass of 3DGS.
const LOW_PASS = 0.3;
// Pixels by which bounds are wider than exact arithmetic has them.
const SLACK = 0.01;

${HARMONICS}

// By its bits: a compiler may take it for granted that there are neither NaNs nor infinities.
fn finite(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7f800000u) != 0x7f800000u;
}

fn allFinite(value: vec3f) -> bool {
  return finite(value.x) && finite(value.y) && finite(value.z);
}

fn rotation(q: vec4f) -> mat3x3f {
  let w = q.x;
  let x = q.y;
  let y = q.z;
  let z = q.w;
  return mat3x3f(
    1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y + w * z), 2.0 * (x * z - w * y),
    2.0 * (x * y - w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z + w * x),
    2.0 * (x * z + w * y), 2.0 * (y * z - w * x), 1.0 - 2.0 * (x * x + y * y),
  );
}

@compute @workgroup_size(256)
fn project(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= part.count) {
    return;
  }
  let at = part.first + id.x;
  keys[at] = UNSEEN;

  let position = vec3f(positions[3u * at], positions[3u * at + 1u], positions[3u * at + 2u]);
  let scale = vec3f(scales[3u * at], scales[3u * at + 1u], scales[3u * at + 2u]);
  let turn = rotations[at];
  let opacity = opacities[at];
  if (!allFinite(position) || !allFinite(scale) || !allFinite(turn.xyz) || !finite(turn.w) || !finite(opacity)) {
    return;
  }
  let seen = (frame.view * vec4f(position, 1.0)).xyz;
  let far = reach(opacity);
  if (!(seen.z >= frame.near) || !allFinite(seen) || far < 0.0) {
    return;
  }

  // A = J·R·M has two rows, and Σ' = A·Aᵀ.
  let z = seen.z;
  let slope = clamp(seen.xy / z, -frame.steepest, frame.steepest);
  let toCamera = mat3x3f(frame.view[0].xyz, frame.view[1].xyz, frame.view[2].xyz);
  let axes = toCamera * rotation(turn);
  let across = frame.focal.x / z * scale * (vec3f(axes[0].x, axes[1].x, axes[2].x) - slope.x * vec3f(axes[0].z, axes[1].z, axes[2].z));
  let down = frame.focal.y / z * scale * (vec3f(axes[0].y, axes[1].y, axes[2].y) - slope.y * vec3f(axes[0].z, axes[1].z, axes[2].z));
  let xx = dot(across, across);
  let yy = dot(down, down);
  let xy = dot(across, down);
  // The root of the determinant of A·Aᵀ + 0.3·I, without the cancellation in xx·yy − xy², and without squares that are too large.
  let area = abs(cross(across, down));
  let edge = sqrt(LOW_PASS * (xx + yy));
  let most = max(max(max(area.x, area.y), max(area.z, edge)), LOW_PASS);
  let volume = most * length(vec4f(length(area / most), edge / most, LOW_PASS / most, 0.0));
  let variance = vec2f(xx, yy) + LOW_PASS;
  let mean = frame.focal * seen.xy / z + frame.centre;
  if (!finite(volume) || !finite(mean.x) || !finite(mean.y)) {
    return;
  }

  // The first and last pixels whose centres the ellipse may hold.
  let extent = sqrt(far * variance) + SLACK;
  let first = max(ceil(mean - extent - 0.5), vec2f(0.0));
  let last = min(floor(mean + extent - 0.5), vec2f(frame.size) - 1.0);
  if (any(first > last)) {
    return;
  }
  let begin = vec2u(first) / TILE;
  let end = vec2u(last) / TILE;

  let factor = vec3f(sqrt(variance.y) / volume, -xy / volume * inverseSqrt(variance.y), inverseSqrt(variance.y));
  let colour = colourOf(id.x * part.words, part.degree, normalize(position - frame.eye));
  records[2u * at] = packGeometry(mean, factor);
  records[2u * at + 1u] = packLook(factor, z, colour, opacity);
  rects[at] = begin.x | (begin.y << 8u) | (end.x << 16u) | (end.y << 24u);
  // Bits of positive floats are ordered as the floats are.
  keys[at] = bitcast<u32>(z);
}
`;
