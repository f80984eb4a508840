// The brightness of what had been sent when the frame began, for searches that ask nothing else.
import { RINGS_AT, SHADE_BEFORE, SHADE_MORE } from '../layout';
import { addressOf, entriesAt, gap, height, width } from './ring';

/** Whether it was made for the frame at hand, and whether all of the reference is known. */
let made: boolean = false;
let complete: boolean = false;

/** A frame begins: the reference is another one. */
export function advance(): void {
  made = false;
}

/** Where it begins, rows and columns before the first included. */
export function shadeAt(): i32 {
  return RINGS_AT + 2 * gap;
}

/** Bytes of a row. */
export function shadePitch(): i32 {
  return (2 * (width + SHADE_MORE) + 15) & ~15;
}

/** Brightness of four entries, red + 2 green + blue. */
export function brightnessOf(entries: v128): v128 {
  const ends = i32x4.dot_i16x8_s(v128.and(entries, i32x4.splat(0xff00ff)), i16x8.splat(1));
  return i32x4.add(ends, v128.and(i32x4.shr_u(entries, 7), i32x4.splat(0x1fe)));
}

/** Whether all of the reference is known: then its shade is all a search needs, and there. */
export function isComplete(): boolean {
  if (!made) make();
  return complete;
}

function make(): void {
  made = true;
  complete = true;
  const end = addressOf(height, 0);
  let at = addressOf(0, 0);
  for (; at + 16 <= end; at += 16) if (!i32x4.all_true(v128.load(at))) complete = false;
  for (; at < end; at += 4) if (load<i32>(at) === 0) complete = false;
  if (!complete) return;
  const pitch = shadePitch();
  const first = shadeAt() + SHADE_BEFORE * pitch;
  const rows = height + SHADE_MORE - 8;
  for (let v = 0; v < height; v++) {
    const row = first + v * pitch;
    let from = addressOf(v, 0);
    let to = row + 2 * SHADE_BEFORE;
    for (const stop = to + 2 * width; to < stop; to += 16) {
      v128.store(to, i16x8.narrow_i32x4_s(brightnessOf(entriesAt(from)), brightnessOf(entriesAt(from + 16))));
      from += 32;
    }
    // Round the ring, to the right from the left and the other way.
    for (let u = SHADE_BEFORE + width; u < width + SHADE_MORE; u++) store<i16>(row + 2 * u, load<i16>(row + 2 * (u - width)));
    for (let u = SHADE_BEFORE - 1; u >= 0; u--) store<i16>(row + 2 * u, load<i16>(row + 2 * (u + width)));
  }
  for (let v = SHADE_BEFORE + height; v < rows; v++) copyRow(v - height, v, pitch);
  for (let v = SHADE_BEFORE - 1; v >= 0; v--) copyRow(v + height, v, pitch);
}

function copyRow(from: i32, to: i32, pitch: i32): void {
  memory.copy(shadeAt() + to * pitch, shadeAt() + from * pitch, pitch);
}
