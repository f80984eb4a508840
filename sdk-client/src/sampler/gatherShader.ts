/** Columns of the gather target: a frame of n samples takes ceil(n / 1024) rows. */
export const GATHER_COLUMNS = 1024;

/** Samples drawn at once: their words are a uniform block of 16 KiB, the least that WebGL2 grants. */
export const GATHER_MOST = 4096;

/**
 * The rows of the target that the samples fill, as two triangles: a pixel is a sample. Points would cost a software GPU several times as much.
 * `place` = samples, first row, rows of the target.
 */
export const GATHER_VERTEX = `#version 300 es
precision highp int;
uniform highp ivec3 place;
void main() {
  int row = place.y + (gl_VertexID >> 1) * ((place.x + 1023) >> 10);
  gl_Position = vec4(gl_VertexID & 1, float(row) / float(place.z), 0.0, 1.0) * vec4(2.0, 2.0, 1.0, 1.0) - vec4(1.0, 1.0, 0.0, 0.0);
}`;

/** The sample that a fragment is; those behind the last are none. */
const ASKED = `layout(std140) uniform Words { uvec4 words[${GATHER_MOST / 4}]; };
uniform highp ivec3 place;
uint askedFor() {
  int i = ((int(gl_FragCoord.y) - place.y) << 10) + int(gl_FragCoord.x);
  if (i >= place.x) discard;
  return words[i >> 2][i & 3];
}`;

/** The formula of `areaSample`, in unsigned integers; `size` = canvas width, height, grid width, height. */
export const GATHER_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
uniform highp sampler2D picture;
uniform uvec4 size;
uniform uint edgeBits;
${ASKED}
out vec4 value;
void main() {
  uint asked = askedFor();
  uvec2 at = uvec2(asked & 1023u, (asked >> 10) & 1023u);
  uvec2 to = min(at + (1u << (asked >> 20)), size.zw);
  uvec2 e0 = ((at * size.xy) << edgeBits) / size.zw;
  uvec2 e1 = max(((to * size.xy) << edgeBits) / size.zw, e0 + 1u);
  uvec2 t0 = e0 >> edgeBits;
  uvec2 t1 = (e1 - 1u) >> edgeBits;
  uvec3 sum = uvec3(0u);
  for (uint y = t0.y; y <= t1.y; y++) {
    uint wy = min(e1.y, (y + 1u) << edgeBits) - max(e0.y, y << edgeBits);
    uvec3 row = uvec3(0u);
    for (uint x = t0.x; x <= t1.x; x++) {
      uint wx = min(e1.x, (x + 1u) << edgeBits) - max(e0.x, x << edgeBits);
      row += wx * uvec3(texelFetch(picture, ivec2(int(x), int(size.y - 1u - y)), 0).rgb * 255.0 + 0.5);
    }
    sum += wy * row;
  }
  uint area = (e1.x - e0.x) * (e1.y - e0.y);
  value = vec4(vec3((sum + area / 2u) / area) / 255.0, 1.0);
}`;

/**
 * The bits of the depth texel in the middle of a point's grid pixel, as four bytes; 0 for means, which carry no depth.
 * `size` = width and height of the depth texture, then of the grid.
 */
export const DEPTH_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
uniform highp sampler2D picture;
uniform uvec4 size;
${ASKED}
out vec4 value;
void main() {
  uint asked = askedFor();
  uvec2 at = uvec2(asked & 1023u, (asked >> 10) & 1023u);
  uvec2 texel = ((2u * at + 1u) * size.xy) / (2u * size.zw);
  float z = texelFetch(picture, ivec2(int(texel.x), int(size.y - 1u - texel.y)), 0).r;
  uint bits = (asked >> 20) == 0u ? floatBitsToUint(z) : 0u;
  value = vec4((uvec4(bits) >> uvec4(0u, 8u, 16u, 24u)) & 255u) / 255.0;
}`;
