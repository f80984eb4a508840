import { FRAME } from './frame.js';
import { RECORD } from './record.js';

/** Stage 5, a workgroup per tile and a thread per pixel: blends the tile's splats front to back, 256 at a time through shared memory. */
export const BLEND = /* wgsl */ `
${FRAME}
${RECORD}

// A band of rows of tiles: the colours of a large picture are bound in several.
struct Band {
  firstRow: u32,
  // The bits of +∞, which WGSL has no constant for.
  infinity: u32,
}

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<uniform> band: Band;
@group(0) @binding(2) var<storage, read> ranges: array<vec2u>;
@group(0) @binding(3) var<storage, read> pairSplats: array<u32>;
@group(0) @binding(4) var<storage, read> records: array<vec4u>;
@group(0) @binding(5) var<storage, read_write> colours: array<f32>;
@group(0) @binding(6) var<storage, read_write> depths: array<u32>;
@group(0) @binding(7) var<storage, read_write> alphas: array<f32>;

struct Shape {
  mean: vec2f,
  reach: f32,
  opacity: f32,
  factor: vec3f,
  depth: f32,
}

var<workgroup> shapes: array<Shape, 256>;
var<workgroup> looks: array<vec3f, 256>;
var<workgroup> finished: atomic<u32>;
var<workgroup> allFinished: u32;

@compute @workgroup_size(TILE, TILE)
fn blend(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) inside: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = vec2u(group.x, band.firstRow + group.y);
  let pixel = tile * TILE + inside.xy;
  let place = vec2f(pixel) + 0.5;
  let range = ranges[tile.y * frame.tiles.x + tile.x];
  let outside = any(pixel >= frame.size);
  var done = outside;
  var left = 1.0;
  var colour = vec3f(0.0);
  var depth = 0.0;
  if (done) {
    atomicAdd(&finished, 1u);
  }

  for (var first = range.x; first < range.y; first += 256u) {
    workgroupBarrier();
    if (thread == 0u) {
      allFinished = atomicLoad(&finished);
    }
    if (workgroupUniformLoad(&allFinished) == 256u) {
      break;
    }
    let count = min(256u, range.y - first);
    if (thread < count) {
      let at = 2u * pairSplats[first + thread];
      let splat = unpackSplat(records[at], records[at + 1u]);
      shapes[thread] = Shape(splat.mean, reach(splat.opacity), splat.opacity, splat.factor, splat.depth);
      looks[thread] = splat.colour;
    }
    workgroupBarrier();

    for (var n = 0u; n < count && !done; n++) {
      let shape = shapes[n];
      let d = place - shape.mean;
      let a = shape.factor.x * d.x + shape.factor.y * d.y;
      let b = shape.factor.z * d.y;
      let power = a * a + b * b;
      // α < 1/255
      if (power > shape.reach) {
        continue;
      }
      let alpha = min(0.99, shape.opacity * exp(-0.5 * power));
      let weight = left * alpha;
      colour += weight * looks[n];
      depth += weight * shape.depth;
      left *= 1.0 - alpha;
      if (left < 1e-4) {
        done = true;
        atomicAdd(&finished, 1u);
      }
    }
  }

  if (outside) {
    return;
  }
  let alpha = 1.0 - left;
  let shown = clamp(colour + left * frame.background, vec3f(0.0), vec3f(1.0));
  let at = pixel.y * frame.size.x + pixel.x;
  let inBand = at - band.firstRow * TILE * frame.size.x;
  colours[3u * inBand] = shown.x;
  colours[3u * inBand + 1u] = shown.y;
  colours[3u * inBand + 2u] = shown.z;
  alphas[at] = alpha;
  depths[at] = select(bitcast<u32>(depth / max(alpha, 1e-6)), band.infinity, alpha < 1e-6);
}
`;
