// What a hash grid holds at places: eight corners of a cell, weighed.
import { PLACE } from '../layout';

const PRIME_Y: i32 = 0x9e3779b1;
const PRIME_Z: i32 = 0x30025795;

function weigh(share: f32, at: usize, sum: v128): v128 {
  return f32x4.relaxed_madd(f32x4.splat(share), v128.load(at), sum);
}

/**
 * Puts what one level holds at each place, where there is one, into rows of features. Level by level: a level's table then stays in the cache of the processor, and
 * those of all do not.
 */
export function lookUp(count: i32, place: usize, level: usize, features: i32, into: usize, row: usize): void {
  const bytes = <usize>(4 * features);
  const cells = load<f64>(level);
  const last = load<i32>(level, 8);
  const mask = load<i32>(level, 12);
  const table = <usize>load<u32>(level, 16);
  for (let at = 0; at < count; at++, place += PLACE, into += row) {
    const scaledX = load<f64>(place) * cells;
    if (scaledX < 0) continue;
    const scaledY = load<f64>(place, 8) * cells;
    const scaledZ = load<f64>(place, 16) * cells;
    const cellX = min(<i32>scaledX, last);
    const cellY = min(<i32>scaledY, last);
    const cellZ = min(<i32>scaledZ, last);
    const farX = <f32>(scaledX - <f64>cellX);
    const farY = <f32>(scaledY - <f64>cellY);
    const farZ = <f32>(scaledZ - <f64>cellZ);
    const nearX: f32 = 1.0 - farX;
    const nearY: f32 = 1.0 - farY;
    const nearZ: f32 = 1.0 - farZ;
    let corner0: i32;
    let corner1: i32;
    let corner2: i32;
    let corner3: i32;
    let corner4: i32;
    let corner5: i32;
    let corner6: i32;
    let corner7: i32;
    if (mask < 0) {
      const side = last + 2;
      corner0 = cellX + side * (cellY + side * cellZ);
      corner1 = corner0 + 1;
      corner2 = corner0 + side;
      corner3 = corner2 + 1;
      corner4 = corner0 + side * side;
      corner5 = corner4 + 1;
      corner6 = corner4 + side;
      corner7 = corner6 + 1;
    } else {
      const y0 = cellY * PRIME_Y;
      const y1 = y0 + PRIME_Y;
      const z0 = cellZ * PRIME_Z;
      const z1 = z0 + PRIME_Z;
      corner0 = (cellX ^ y0 ^ z0) & mask;
      corner1 = ((cellX + 1) ^ y0 ^ z0) & mask;
      corner2 = (cellX ^ y1 ^ z0) & mask;
      corner3 = ((cellX + 1) ^ y1 ^ z0) & mask;
      corner4 = (cellX ^ y0 ^ z1) & mask;
      corner5 = ((cellX + 1) ^ y0 ^ z1) & mask;
      corner6 = (cellX ^ y1 ^ z1) & mask;
      corner7 = ((cellX + 1) ^ y1 ^ z1) & mask;
    }
    const share0 = nearX * nearY * nearZ;
    const share1 = farX * nearY * nearZ;
    const share2 = nearX * farY * nearZ;
    const share3 = farX * farY * nearZ;
    const share4 = nearX * nearY * farZ;
    const share5 = farX * nearY * farZ;
    const share6 = nearX * farY * farZ;
    const share7 = farX * farY * farZ;
    for (let part: usize = 0; part < bytes; part += 16) {
      const begin = table + part;
      let even = f32x4.splat(0);
      let odd = f32x4.splat(0);
      even = weigh(share0, begin + <usize>corner0 * bytes, even);
      odd = weigh(share1, begin + <usize>corner1 * bytes, odd);
      even = weigh(share2, begin + <usize>corner2 * bytes, even);
      odd = weigh(share3, begin + <usize>corner3 * bytes, odd);
      even = weigh(share4, begin + <usize>corner4 * bytes, even);
      odd = weigh(share5, begin + <usize>corner5 * bytes, odd);
      even = weigh(share6, begin + <usize>corner6 * bytes, even);
      odd = weigh(share7, begin + <usize>corner7 * bytes, odd);
      v128.store(into + part, f32x4.add(even, odd));
    }
  }
}
