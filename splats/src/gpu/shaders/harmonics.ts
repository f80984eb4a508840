/** Real spherical harmonics to degree 3, with the signs and constants of 3DGS; needs a buffer `harmonics` of halves (`PACK_HARMONICS`). */
export const HARMONICS = /* wgsl */ `
// Coefficient n of a splat whose words begin at base: two coefficients are six halves in three words.
fn coefficient(base: u32, n: u32) -> vec3f {
  let at = base + (n / 2u) * 3u;
  if ((n & 1u) == 0u) {
    return vec3f(unpack2x16float(harmonics[at]), unpack2x16float(harmonics[at + 1u]).x);
  }
  return vec3f(unpack2x16float(harmonics[at + 1u]).y, unpack2x16float(harmonics[at + 2u]));
}

fn colourOf(base: u32, degree: u32, direction: vec3f) -> vec3f {
  var sum = 0.28209479177387814 * coefficient(base, 0u);
  if (degree >= 1u) {
    let x = direction.x;
    let y = direction.y;
    let z = direction.z;
    sum += 0.4886025119029199 * (z * coefficient(base, 2u) - y * coefficient(base, 1u) - x * coefficient(base, 3u));
    if (degree >= 2u) {
      let xx = x * x;
      let yy = y * y;
      let zz = z * z;
      sum += 1.0925484305920792 * x * y * coefficient(base, 4u);
      sum += -1.0925484305920792 * y * z * coefficient(base, 5u);
      sum += 0.31539156525252005 * (2.0 * zz - xx - yy) * coefficient(base, 6u);
      sum += -1.0925484305920792 * x * z * coefficient(base, 7u);
      sum += 0.5462742152960396 * (xx - yy) * coefficient(base, 8u);
      if (degree >= 3u) {
        sum += -0.5900435899266435 * y * (3.0 * xx - yy) * coefficient(base, 9u);
        sum += 2.890611442640554 * x * y * z * coefficient(base, 10u);
        sum += -0.4570457994644658 * y * (4.0 * zz - xx - yy) * coefficient(base, 11u);
        sum += 0.3731763325901154 * z * (2.0 * zz - 3.0 * xx - 3.0 * yy) * coefficient(base, 12u);
        sum += -0.4570457994644658 * x * (4.0 * zz - xx - yy) * coefficient(base, 13u);
        sum += 1.445305721320277 * z * (xx - yy) * coefficient(base, 14u);
        sum += -0.5900435899266435 * x * (xx - 3.0 * yy) * coefficient(base, 15u);
      }
    }
  }
  return max(vec3f(0.0), sum + 0.5);
}
`;
