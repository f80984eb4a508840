/** `REPROJECTION_GLSL` of `@sgaps/client/view` in Babylon's dialect of WGSL, line by line: what changes there changes here. */
export const REPROJECTION_WGSL = {
  vertex: `
attribute position : vec2f;
varying place : vec2f;
@vertex
fn main(input : VertexInputs) -> FragmentInputs {
  vertexOutputs.place = vec2f(0.5 + 0.5 * vertexInputs.position.x, 0.5 - 0.5 * vertexInputs.position.y);
  vertexOutputs.position = vec4f(vertexInputs.position, 0.0, 1.0);
}
`,
  fragment: `
uniform lens : vec4f;
uniform toRemote : mat4x4f;
uniform remoteLens : vec4f;
uniform limits : vec4f;
uniform rule : vec4f;
uniform cover : vec2f;
varying place : vec2f;
var colourMapSampler : sampler;
var colourMap : texture_2d<f32>;
var depthMap : texture_2d<f32>;
var alphaMapSampler : sampler;
var alphaMap : texture_2d<f32>;

const EDGE : f32 = 0.08;
const NONE : f32 = 0.03;
const ALL : f32 = 0.97;

fn inverseAt(at : vec2i) -> f32 {
  let size = vec2i(textureDimensions(depthMap, 0));
  let z = textureLoad(depthMap, clamp(at, vec2i(0), size - vec2i(1)), 0).r;
  return select(0.0, 1.0 / max(z, 1e-6), z < 10000.0);
}

fn surfaceAt(spot : vec2f) -> f32 {
  if (uniforms.limits.w == 0.0) { return 0.0; }
  return inverseAt(vec2i(floor(spot)));
}

fn isEdge(a : f32, b : f32) -> bool {
  return abs(a - b) > EDGE * max(a, b);
}

fn smoothAt(spot : vec2f) -> f32 {
  if (uniforms.limits.w == 0.0) { return 0.0; }
  let corner = floor(spot - 0.5);
  let part = spot - 0.5 - corner;
  let at = vec2i(corner);
  let around = vec4f(inverseAt(at), inverseAt(at + vec2i(1, 0)), inverseAt(at + vec2i(0, 1)), inverseAt(at + vec2i(1, 1)));
  let low = min(min(around.x, around.y), min(around.z, around.w));
  let high = max(max(around.x, around.y), max(around.z, around.w));
  if (isEdge(low, high)) { return surfaceAt(spot); }
  let rows = mix(around.xz, around.yw, vec2f(part.x));
  return mix(rows.x, rows.y, part.y);
}

@fragment
fn main(input : FragmentInputs) -> FragmentOutputs {
  let ray = vec3f((fragmentInputs.place - uniforms.lens.zw) * uniforms.lens.xy, 1.0);
  let turned = mat3x3f(uniforms.toRemote[0].xyz, uniforms.toRemote[1].xyz, uniforms.toRemote[2].xyz) * ray;
  let moved = uniforms.toRemote[3].xyz;
  if (turned.z < 1e-4) { discard; }
  var closest = uniforms.limits.y * length(ray);
  if (uniforms.limits.x > moved.z) { closest = min(closest, turned.z / (uniforms.limits.x - moved.z)); }
  if (moved.z < 0.0) { closest = min(closest, 0.999 * turned.z / -moved.z); }
  let start = turned + closest * moved;
  let nearEnd = uniforms.remoteLens.zw + uniforms.remoteLens.xy * start.xy / start.z;
  let farEnd = uniforms.remoteLens.zw + uniforms.remoteLens.xy * turned.xy / turned.z;
  let inverse = closest / start.z;

  let span = length(farEnd - nearEnd);
  let count = select(clamp(ceil(span), 1.0, uniforms.limits.z), 0.0, span < 0.5);
  let stride = 1.0 / max(1.0, count);
  let halvings = i32(ceil(log2(max(1.0, span * stride))));
  var last = 0.0;
  var surfaceLast = surfaceAt(nearEnd);
  var behind = false;
  var hit = 2.0;
  var farthest = 1.0;
  var least = 1e30;
  for (var k = 1.0; k <= count; k += 1.0) {
    let now = k * stride;
    let surface = surfaceAt(mix(nearEnd, farEnd, vec2f(now)));
    if (surface < least) {
      least = surface;
      farthest = now;
    }
    if (inverse * (1.0 - now) > surface) {
      behind = false;
    } else if (!behind) {
      var before = last;
      var after = now;
      var surfaceBefore = surfaceLast;
      var surfaceAfter = surface;
      for (var i = 0; i < halvings; i++) {
        let middle = 0.5 * (before + after);
        let there = surfaceAt(mix(nearEnd, farEnd, vec2f(middle)));
        if (inverse * (1.0 - middle) > there) {
          before = middle;
          surfaceBefore = there;
        } else {
          after = middle;
          surfaceAfter = there;
        }
      }
      if (!isEdge(surfaceBefore, surfaceAfter) || inverse * (1.0 - after) >= (1.0 - EDGE) * surfaceAfter) {
        let over = inverse * (1.0 - before) - smoothAt(mix(nearEnd, farEnd, vec2f(before)));
        let under = smoothAt(mix(nearEnd, farEnd, vec2f(after))) - inverse * (1.0 - after);
        var share = 1.0;
        if (over + under > 0.0) { share = clamp(over / (over + under), 0.0, 1.0); }
        hit = mix(before, after, share);
        break;
      }
      behind = true;
    } else if (isEdge(surface, surfaceLast) && surface < surfaceLast) {
      hit = now;
      break;
    }
    last = now;
    surfaceLast = surface;
  }
  if (hit > 1.5) { hit = farthest; }
  let spot = mix(nearEnd, farEnd, vec2f(hit));
  var found = smoothAt(spot);
  var w = found * turned.z / max(1e-6, 1.0 - found * moved.z);
  let size = vec2f(textureDimensions(colourMap, 0));
  let place = clamp(spot, vec2f(0.5), size - 0.5) / size;
  var colour = textureSampleLevel(colourMap, colourMapSampler, place, 0.0).rgb;
  var alpha = 1.0;
  if (uniforms.cover.x > 0.0) { alpha = textureSampleLevel(alphaMap, alphaMapSampler, place, 0.0).r; }
  if (uniforms.cover.y > 0.0) {
    if (alpha < NONE || alpha > ALL) { discard; }
    if (uniforms.rule.w > 0.0) { colour = pow(min(colour / alpha, vec3f(1.0)), vec3f(2.2)) * alpha; }
    fragmentOutputs.color = vec4f(colour, alpha);
  } else {
    if (alpha < ALL) {
      found = 0.0;
      w = 0.0;
      colour = vec3f(0.0);
    }
    if (found <= 0.0 && uniforms.rule.z == 0.0) { discard; }
    if (uniforms.rule.w > 0.0) { colour = pow(colour, vec3f(2.2)); }
    fragmentOutputs.color = vec4f(colour, 1.0);
  }
  fragmentOutputs.fragDepth = clamp(uniforms.rule.x + uniforms.rule.y * w, 0.0, 1.0);
}
`,
} as const;
