/** Harmonics as halves, a thread for each splat, whose words begin at a whole one: half the bytes to read in each frame, and what is lost is far below a step of 8-bit colour. */
export const PACK_HARMONICS = /* wgsl */ `
// Splats of this slice, the place of the first in its part, and a splat's floats and words.
struct Slice {
  count: u32,
  first: u32,
  floats: u32,
  words: u32,
}

@group(0) @binding(0) var<uniform> slice: Slice;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> harmonics: array<u32>;

// What halves cannot hold becomes the largest one, what is no number 0.
fn bounded(value: f32) -> f32 {
  let bits = bitcast<u32>(value) & 0x7fffffffu;
  return select(clamp(value, -65504.0, 65504.0), 0.0, bits > 0x7f800000u);
}

@compute @workgroup_size(256)
fn packHarmonics(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= slice.count) {
    return;
  }
  let begin = id.x * slice.floats;
  let words = (slice.first + id.x) * slice.words;
  for (var word = 0u; word < slice.words; word++) {
    let at = 2u * word;
    var second = 0.0;
    if (at + 1u < slice.floats) {
      second = bounded(values[begin + at + 1u]);
    }
    harmonics[words + word] = pack2x16float(vec2f(bounded(values[begin + at]), second));
  }
}
`;
