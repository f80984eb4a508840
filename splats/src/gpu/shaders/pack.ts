/** Colours as bytes, a thread for each word of four. */
export const PACK = /* wgsl */ `
// Floats of this band, and the word that its first four go to.
struct Part {
  floats: u32,
  first: u32,
}

@group(0) @binding(0) var<uniform> part: Part;
@group(0) @binding(1) var<storage, read> colours: array<f32>;
@group(0) @binding(2) var<storage, read_write> bytes: array<u32>;

@compute @workgroup_size(256)
fn pack(@builtin(global_invocation_id) id: vec3u) {
  let at = 4u * id.x;
  if (at >= part.floats) {
    return;
  }
  // The last word of a picture may have fewer: what is beyond is read as the last.
  let last = part.floats - 1u;
  let four = vec4f(colours[at], colours[min(at + 1u, last)], colours[min(at + 2u, last)], colours[min(at + 3u, last)]);
  bytes[part.first + id.x] = pack4x8unorm(four);
}
`;
