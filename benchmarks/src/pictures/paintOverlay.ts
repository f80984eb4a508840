import { OVERLAY_STYLES, tableOf, tableOfKinds } from '@sgaps/core';
import {
  BLOCK_KIND,
  BLOCK_SAMPLES,
  BLOCK_SIDE,
  type CaptureGrid,
  levelOf,
  type OverlayLayer,
  type SampleSet,
  type SampleValues,
} from '@sgaps/protocol';

/** How much of the picture is left below an overlay, of 256. */
const DIMMED = 90;
/** What was looked at and is as it was, and what is new. */
const CALM = [60, 96, 150] as const;

/**
 * A map of bytes in the dashboard's colours, over the dimmed picture.
 *
 * @example
 * ```ts
 * const rgb = paintOverlay('uncertainty', map, truth);
 * ```
 */
export function paintOverlay(layer: OverlayLayer, map: Uint8Array, picture: Uint8Array | Uint8ClampedArray): Uint8Array {
  const style = OVERLAY_STYLES.find((one) => one.layer === layer);
  const table = style?.kinds ? tableOfKinds(style.kinds, 200) : tableOf(style?.stops ?? []);
  const out = dim(picture);
  for (let i = 0; i < map.length; i++) {
    const at = 4 * map[i];
    const alpha = table[at + 3] / 255;
    for (let c = 0; c < 3; c++) out[3 * i + c] += alpha * (table[at + c] - out[3 * i + c]);
  }
  return out;
}

/**
 * What was asked of a frame: blocks that have changed in their colours, those that are as they were as outlines, single samples as dots and means as squares of theirs.
 *
 * @example
 * ```ts
 * const rgb = paintAnswer(grid, truth, decoded.samples, decoded.frame.values);
 * ```
 */
export function paintAnswer(
  grid: CaptureGrid,
  truth: Uint8Array | Uint8ClampedArray,
  set: SampleSet,
  values: SampleValues,
): Uint8Array {
  const { width, height } = grid;
  const out = dim(truth);
  const fill = (u: number, v: number, side: number, colour: (at: number) => ArrayLike<number>) => {
    for (let y = v; y < Math.min(height, v + side); y++)
      for (let x = u; x < Math.min(width, u + side); x++) out.set(Array.from(colour(y * width + x)), 3 * (y * width + x));
  };
  for (let i = 0; i < set.count; i++) {
    const [u, v, kind] = [set.u[i], set.v[i], set.kind[i]];
    const side = 1 << levelOf(kind);
    if (kind & BLOCK_KIND) {
      const whole = side * BLOCK_SIDE;
      const isCalm = values.unchanged?.[i] === 1;
      if (isCalm) outline(out, grid, u, v, whole);
      else if (side === 1) fill(u, v, whole, (at) => truth.subarray(3 * at, 3 * at + 3));
      else for (let k = 0; k < BLOCK_SAMPLES; k++) mean(i + k, side);
      i += BLOCK_SAMPLES - 1;
    } else mean(i, side);
  }
  return out;

  function mean(i: number, side: number): void {
    fill(set.u[i], set.v[i], side, () => values.rgb.subarray(3 * i, 3 * i + 3));
  }
}

/**
 * Blocks of a set, and how many of them have changed.
 *
 * @example
 * ```ts
 * const { blocks, changed } = countBlocks(decoded.samples, decoded.frame.values);
 * ```
 */
export function countBlocks(set: SampleSet, values: SampleValues): { readonly blocks: number; readonly changed: number } {
  let blocks = 0;
  let changed = 0;
  for (let i = 0; i < set.count; i++) {
    if (!(set.kind[i] & BLOCK_KIND)) continue;
    blocks++;
    if (values.unchanged?.[i] !== 1) changed++;
    i += BLOCK_SAMPLES - 1;
  }
  return { blocks, changed };
}

function outline(out: Uint8Array, { width, height }: CaptureGrid, u: number, v: number, side: number): void {
  const dot = (x: number, y: number) => {
    if (x < width && y < height) out.set(CALM, 3 * (y * width + x));
  };
  for (let k = 0; k < side; k++) {
    dot(u + k, v);
    dot(u, v + k);
  }
}

function dim(picture: Uint8Array | Uint8ClampedArray): Uint8Array {
  return Uint8Array.from(picture, (value) => (value * DIMMED) >> 8);
}
