// Turns the rotations and harmonics of a chunk of Gaussians. Lanes are red, green, blue, and one that is not used.
import {
  BAND,
  BANDS_AT,
  HARMONICS_AT,
  ROTATIONS_AT,
  SEEN_AT,
  TURNED_HARMONICS_AT,
  TURNED_ROTATIONS_AT,
  TURNS_AT,
} from '../layout';

/** The harmonics of a band in a direction, at `SEEN_AT + 16 · entry`'s lanes of its row: as `harmonicBasis`. */
function look(band: i32, x: f32, y: f32, z: f32, harmonics: usize): v128 {
  if (band === 1) {
    const sum = weigh(-0.4886025119029199 * y, harmonics, f32x4.splat(0));
    return weigh(-0.4886025119029199 * x, harmonics + 24, weigh(0.4886025119029199 * z, harmonics + 12, sum));
  }
  const xx = x * x;
  const yy = y * y;
  const zz = z * z;
  if (band === 2) {
    let sum = weigh(1.0925484305920792 * x * y, harmonics, f32x4.splat(0));
    sum = weigh(-1.0925484305920792 * y * z, harmonics + 12, sum);
    sum = weigh(0.31539156525252005 * (2 * zz - xx - yy), harmonics + 24, sum);
    sum = weigh(-1.0925484305920792 * x * z, harmonics + 36, sum);
    return weigh(0.5462742152960396 * (xx - yy), harmonics + 48, sum);
  }
  let sum = weigh(-0.5900435899266435 * y * (3 * xx - yy), harmonics, f32x4.splat(0));
  sum = weigh(2.890611442640554 * x * y * z, harmonics + 12, sum);
  sum = weigh(-0.4570457994644658 * y * (4 * zz - xx - yy), harmonics + 24, sum);
  sum = weigh(0.3731763325901154 * z * (2 * zz - 3 * xx - 3 * yy), harmonics + 36, sum);
  sum = weigh(-0.4570457994644658 * x * (4 * zz - xx - yy), harmonics + 48, sum);
  sum = weigh(1.445305721320277 * z * (xx - yy), harmonics + 60, sum);
  return weigh(-0.5900435899266435 * x * (xx - 3 * yy), harmonics + 72, sum);
}

function weigh(share: f32, at: usize, sum: v128): v128 {
  return f32x4.relaxed_madd(f32x4.splat(share), v128.load(at), sum);
}

/** What is seen in a direction now was seen in the direction turned back: as many directions as the band has coefficients tell them. */
function turnBand(band: i32, w: f32, i: f32, j: f32, k: f32, from: usize, into: usize): void {
  const count = 2 * band + 1;
  const directions: usize = <usize>(BANDS_AT + BAND * (band - 1));
  let inverse = directions + <usize>(12 * count);
  for (let at = 0; at < count; at++) {
    const x = load<f32>(directions + <usize>(12 * at));
    const y = load<f32>(directions + <usize>(12 * at), 4);
    const z = load<f32>(directions + <usize>(12 * at), 8);
    // v − 2w u × v + 2 u × (u × v), the turn being w, u.
    const a: f32 = 2.0 * (j * z - k * y);
    const b: f32 = 2.0 * (k * x - i * z);
    const c: f32 = 2.0 * (i * y - j * x);
    const seen = look(band, x - w * a + (j * c - k * b), y - w * b + (k * a - i * c), z - w * c + (i * b - j * a), from);
    v128.store(<usize>(SEEN_AT + 16 * at), seen);
  }
  for (let term = 0; term < count; term++, into += 12) {
    let sum = f32x4.splat(0);
    for (let at = 0; at < count; at++, inverse += 4)
      sum = f32x4.relaxed_madd(v128.load32_splat(inverse), v128.load(<usize>(SEEN_AT + 16 * at)), sum);
    v128.store(into, sum);
  }
}

/** `count` Gaussians. */
export function turn(count: i32, degree: i32): void {
  const bytes = <usize>(12 * (degree + 1) * (degree + 1));
  let turns: usize = TURNS_AT;
  let rotation: usize = ROTATIONS_AT;
  let turned: usize = TURNED_ROTATIONS_AT;
  let from: usize = HARMONICS_AT;
  let into: usize = TURNED_HARMONICS_AT;
  for (let at = 0; at < count; at++, turns += 16, rotation += 16, turned += 16, from += bytes, into += bytes) {
    const w = load<f32>(turns);
    const i = load<f32>(turns, 4);
    const j = load<f32>(turns, 8);
    const k = load<f32>(turns, 12);
    if (w === 1 && i === 0 && j === 0 && k === 0) {
      v128.store(turned, v128.load(rotation));
      memory.copy(into, from, bytes);
      continue;
    }
    const bw = load<f32>(rotation);
    const bx = load<f32>(rotation, 4);
    const by = load<f32>(rotation, 8);
    const bz = load<f32>(rotation, 12);
    store<f32>(turned, w * bw - i * bx - j * by - k * bz);
    store<f32>(turned, w * bx + i * bw + j * bz - k * by, 4);
    store<f32>(turned, w * by - i * bz + j * bw + k * bx, 8);
    store<f32>(turned, w * bz + i * by - j * bx + k * bw, 12);
    v128.store(into, v128.load(from));
    for (let band = 1; band <= degree; band++)
      turnBand(band, w, i, j, k, from + <usize>(12 * band * band), into + <usize>(12 * band * band));
  }
}
