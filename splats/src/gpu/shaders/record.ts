/**
 * A splat as the later stages need it: 32 bytes. The conic is kept as the factor L of Σ'⁻¹ = LᵀL (upper triangular), since for a long thin splat
 * a·dx² + 2b·dx·dy + c·dy² cancels to nothing in 32-bit floats where |L·d|² does not. Colour and opacity are halves: their error is below that of a byte.
 * Words of unsigned integers, since a GPU may change bits that look like a NaN when it moves them as floats.
 */
export const RECORD = /* wgsl */ `
struct Splat {
  mean: vec2f,
  // l11, l12, l22
  factor: vec3f,
  depth: f32,
  colour: vec3f,
  opacity: f32,
}

fn packGeometry(mean: vec2f, factor: vec3f) -> vec4u {
  return bitcast<vec4u>(vec4f(mean, factor.xy));
}

fn packLook(factor: vec3f, depth: f32, colour: vec3f, opacity: f32) -> vec4u {
  let bounded = min(colour, vec3f(65504.0));
  return vec4u(
    bitcast<u32>(factor.z),
    bitcast<u32>(depth),
    pack2x16float(bounded.xy),
    pack2x16float(vec2f(bounded.z, opacity)),
  );
}

fn unpackSplat(geometry: vec4u, look: vec4u) -> Splat {
  let place = bitcast<vec4f>(geometry);
  let redGreen = unpack2x16float(look.z);
  let blueOpacity = unpack2x16float(look.w);
  return Splat(
    place.xy,
    vec3f(place.zw, bitcast<f32>(look.x)),
    bitcast<f32>(look.y),
    vec3f(redGreen, blueOpacity.x),
    blueOpacity.y,
  );
}

// The largest |L·d|² at which a splat still shows: α = 1/255. Below 0 for one that never does.
fn reach(opacity: f32) -> f32 {
  return 2.0 * log(max(255.0 * opacity, 1e-6));
}
`;

/** Bytes of a record. */
export const RECORD_BYTES = 32;
