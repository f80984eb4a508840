/** Columns of the gather target: a frame of n samples takes ceil(n / 1024) rows. */
export const GATHER_COLUMNS = 1024;

/** Words drawn at once: a uniform block of 16 KiB, the least that WebGL2 grants. */
export const GATHER_MOST = 4096;

/** What a word stands for, as `place.w >> 10` says it: a sample, the 64 of a block, or the one pixel of a block that has depth. */
export const SINGLE = 0;
export const BLOCK = 6;
export const BLOCK_DEPTH = 16;

/**
 * The rows of the target that the samples fill, as two triangles: a pixel is a sample. Points would cost a software GPU several times as much.
 * `place` = samples, first row, rows of the target, columns before the first sample | what a word stands for << 10.
 */
export const GATHER_VERTEX = `#version 300 es
precision highp int;
uniform highp ivec4 place;
void main() {
  int row = place.y + (gl_VertexID >> 1) * (((place.w & 1023) + place.x + 1023) >> 10);
  gl_Position = vec4(gl_VertexID & 1, float(row) / float(place.z), 0.0, 1.0) * vec4(2.0, 2.0, 1.0, 1.0) - vec4(1.0, 1.0, 0.0, 0.0);
}`;

/** The sample that a fragment is: those before the first and behind the last are none. `size` = picture, then grid. */
const ASKED = `layout(std140) uniform Words { uvec4 words[${GATHER_MOST / 4}]; };
uniform highp ivec4 place;
uniform uvec4 size;
int sampleHere() {
  int i = ((int(gl_FragCoord.y) - place.y) << 10) + int(gl_FragCoord.x) - (place.w & 1023);
  if (i < 0 || i >= place.x) discard;
  return i;
}
uint wordOf(int i) {
  return words[i >> 2][i & 3];
}
uvec2 placeIn(uint word) {
  return uvec2(word & 1023u, (word >> 10) & 1023u);
}`;

/** The formula of `areaSample`, in unsigned integers. */
export const GATHER_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
uniform highp sampler2D picture;
uniform uint edgeBits;
${ASKED}
out vec4 value;
void main() {
  int i = sampleHere();
  uint asked = wordOf(i >> (place.w >> 10));
  uint level = asked >> 20;
  uvec2 at = placeIn(asked);
  if (place.w >= 1024) at = min(at + (uvec2(i & 7, (i >> 3) & 7) << level), size.zw - 1u);
  uvec2 to = min(at + (1u << level), size.zw);
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
 * The bits of the depth texel in the middle of a point's grid pixel, as four bytes; 0 for means, which carry no depth. Of a block
 * it is the pixel that `carriesDepth` names. `size` = width and height of the depth texture, then of the grid.
 */
export const DEPTH_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
uniform highp sampler2D picture;
${ASKED}
out vec4 value;
void main() {
  uint asked = wordOf(sampleHere());
  uvec2 at = placeIn(asked);
  if (place.w >= 1024) at = min(at + ((3u - at) & 7u), size.zw - 1u);
  uvec2 texel = ((2u * at + 1u) * size.xy) / (2u * size.zw);
  float z = texelFetch(picture, ivec2(int(texel.x), int(size.y - 1u - texel.y)), 0).r;
  uint bits = (asked >> 20) == 0u ? floatBitsToUint(z) : 0u;
  value = vec4((uvec4(bits) >> uvec4(0u, 8u, 16u, 24u)) & 255u) / 255.0;
}`;
