/**
 * The shaders that draw a frame as another camera sees it, GLSL ES 3.00: a triangle over the whole viewport (attribute `position`, vec2: −1 … 3) that writes colour and depth. Uniforms are
 * those of `Reprojection`, and the textures `colourMap` (the frame's image, first row first, bilinear), `depthMap` (its depth, R32F) and `alphaMap` (its alpha, as `colourMap`).
 *
 * @example
 * ```ts
 * gl.shaderSource(shader, REPROJECTION_GLSL.fragment);
 * ```
 */
export const REPROJECTION_GLSL: { readonly vertex: string; readonly fragment: string } = {
  vertex: `#version 300 es
precision highp float;
in vec2 position;
out vec2 place;
void main() {
  place = vec2(0.5 + 0.5 * position.x, 0.5 - 0.5 * position.y);
  gl_Position = vec4(position, 0.0, 1.0);
}
`,
  fragment: `#version 300 es
precision highp float;
precision highp int;
uniform highp sampler2D colourMap;
uniform highp sampler2D depthMap;
uniform highp sampler2D alphaMap;
uniform vec4 lens;
uniform mat4 toRemote;
uniform vec4 remoteLens;
uniform vec4 limits;
uniform vec4 rule;
uniform vec2 cover;
in vec2 place;
out vec4 glFragColor;

// Surfaces whose inverse distances differ by more than this part are two.
const float EDGE = 0.08;
// Covered parts of a pixel that are none, and all of it: JPEG is no more exact.
const float NONE = 0.03;
const float ALL = 0.97;

float inverseAt(ivec2 at) {
  float z = texelFetch(depthMap, clamp(at, ivec2(0), textureSize(depthMap, 0) - 1), 0).r;
  return z < 10000.0 ? 1.0 / max(z, 1e-6) : 0.0;
}

// The inverse distance of what the frame shows at a place, pixels.
float surfaceAt(vec2 pixel) {
  if (limits.w == 0.0) return 0.0;
  return inverseAt(ivec2(floor(pixel)));
}

bool isEdge(float a, float b) {
  return abs(a - b) > EDGE * max(a, b);
}

// As surfaceAt, but smooth where it is one surface: planes change evenly in the inverse of their distance.
float smoothAt(vec2 pixel) {
  if (limits.w == 0.0) return 0.0;
  vec2 corner = floor(pixel - 0.5);
  vec2 part = pixel - 0.5 - corner;
  ivec2 at = ivec2(corner);
  vec4 around = vec4(inverseAt(at), inverseAt(at + ivec2(1, 0)), inverseAt(at + ivec2(0, 1)), inverseAt(at + ivec2(1, 1)));
  float low = min(min(around.x, around.y), min(around.z, around.w));
  float high = max(max(around.x, around.y), max(around.z, around.w));
  if (isEdge(low, high)) return surfaceAt(pixel);
  vec2 rows = mix(around.xz, around.yw, part.x);
  return mix(rows.x, rows.y, part.y);
}

void main() {
  vec3 ray = vec3((place - lens.zw) * lens.xy, 1.0);
  // A point of the ray at the distance 1/w lies, for the frame's camera, at (turned + w * moved) / w.
  vec3 turned = mat3(toRemote) * ray;
  vec3 moved = toRemote[3].xyz;
  if (turned.z < 1e-4) discard;
  float closest = limits.y * length(ray);
  if (limits.x > moved.z) closest = min(closest, turned.z / (limits.x - moved.z));
  // It stays before that camera.
  if (moved.z < 0.0) closest = min(closest, 0.999 * turned.z / -moved.z);
  vec3 start = turned + closest * moved;
  vec2 from = remoteLens.zw + remoteLens.xy * start.xy / start.z;
  vec2 to = remoteLens.zw + remoteLens.xy * turned.xy / turned.z;
  float inverse = closest / start.z;

  float span = length(to - from);
  // Where the camera has turned only, the line is a point: there is nothing to walk.
  float count = span < 0.5 ? 0.0 : clamp(ceil(span), 1.0, limits.z);
  float stride = 1.0 / max(1.0, count);
  int halvings = int(ceil(log2(max(1.0, span * stride))));
  float last = 0.0;
  float surfaceLast = count > 0.0 ? surfaceAt(from) : 0.0;
  bool behind = false;
  float hit = 2.0;
  float farthest = 1.0;
  float least = 1e30;
  for (float k = 1.0; k <= count; k += 1.0) {
    float now = k * stride;
    float surface = surfaceAt(mix(from, to, now));
    if (surface < least) {
      least = surface;
      farthest = now;
    }
    if (inverse * (1.0 - now) > surface) {
      behind = false;
    } else if (!behind) {
      // It went behind something between the last place and this: where?
      float before = last;
      float after = now;
      float surfaceBefore = surfaceLast;
      float surfaceAfter = surface;
      for (int i = 0; i < halvings; i++) {
        float middle = 0.5 * (before + after);
        float there = surfaceAt(mix(from, to, middle));
        if (inverse * (1.0 - middle) > there) {
          before = middle;
          surfaceBefore = there;
        } else {
          after = middle;
          surfaceAfter = there;
        }
      }
      if (!isEdge(surfaceBefore, surfaceAfter) || inverse * (1.0 - after) >= (1.0 - EDGE) * surfaceAfter) {
        // Through its surface.
        float over = inverse * (1.0 - before) - smoothAt(mix(from, to, before));
        float under = smoothAt(mix(from, to, after)) - inverse * (1.0 - after);
        float share = over + under > 0.0 ? clamp(over / (over + under), 0.0, 1.0) : 1.0;
        hit = mix(before, after, share);
        break;
      }
      // Round its edge: what lies there the frame did not see.
      behind = true;
    } else if (isEdge(surface, surfaceLast) && surface < surfaceLast) {
      // It comes out from behind that thing, and is behind the next already: of all that was seen this is the likeliest.
      hit = now;
      break;
    }
    last = now;
    surfaceLast = surface;
  }
  if (hit > 1.5) hit = farthest;
  vec2 pixel = mix(from, to, hit);
  float found = smoothAt(pixel);
  float w = found * turned.z / max(1e-6, 1.0 - found * moved.z);
  vec2 size = vec2(textureSize(colourMap, 0));
  vec2 spot = clamp(pixel, vec2(0.5), size - 0.5) / size;
  vec3 colour = textureLod(colourMap, spot, 0.0).rgb;
  float alpha = cover.x > 0.0 ? textureLod(alphaMap, spot, 0.0).r : 1.0;
  if (cover.y > 0.0) {
    if (alpha < NONE || alpha > ALL) discard;
    glFragColor = vec4(rule.w > 0.0 ? pow(min(colour / alpha, 1.0), vec3(2.2)) * alpha : colour, alpha);
  } else {
    // What covers a part is drawn last, over black or what else is there then.
    if (alpha < ALL) {
      found = w = 0.0;
      colour = vec3(0.0);
    }
    if (found <= 0.0 && rule.z == 0.0) discard;
    glFragColor = vec4(rule.w > 0.0 ? pow(colour, vec3(2.2)) : colour, 1.0);
  }
  gl_FragDepth = clamp(rule.x + rule.y * w, 0.0, 1.0);
}
`,
};
