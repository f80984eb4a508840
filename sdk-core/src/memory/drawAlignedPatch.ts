import type { Composition, DrawDetail } from './Composition.js';
import { firstDrawn, UNKNOWN_COVER, VEILED } from './drawDetail.js';
import { UNPROVEN } from './evidence.js';
import { CLEAR, type Patch, SOLID, TENTATIVE, TILE_RING_HEIGHT, TILE_RING_WIDTH, WHOLE } from './Patch.js';
import type { PlacedObject } from './PlacedObject.js';
import { VALUE_SHIFT } from './TemporalMemoryBank.js';

const HALF = 1 << (VALUE_SHIFT - 1);
/** Bilinear weights are whole numbers of 1/256. */
const ONE = 256;
const MIX_SHIFT = VALUE_SHIFT + 16;
const MIX_HALF = 1 << (MIX_SHIFT - 1);

/** Along one axis: the nearest cell of each pixel, −1 beyond the object, the two cells around it, and the second one's weight. */
interface Axis {
  nearest: Int32Array;
  first: Int32Array;
  second: Int32Array;
  weight: Int32Array;
}

const columns = axisOf(512);
const rows = axisOf(512);

/**
 * Draws a placed object that is not rotated, the common case: which cells lie under a column or a row is found once for all of
 * it. Otherwise as `drawPatch`.
 *
 * @example
 * ```ts
 * if (placed.xv === 0 && placed.yu === 0) drawAlignedPatch(placed, 320, frame, composition, false, FULL_DETAIL);
 * ```
 */
export function drawAlignedPatch(
  placed: PlacedObject,
  width: number,
  frame: number,
  out: Composition,
  behind: boolean,
  detail: DrawDetail,
): void {
  const { patch, left, top, right, bottom, alpha } = placed;
  const { rgb, confidence, age, score } = out;
  const { value, opacity, confidence: known, seen, width: pw, blockOpacity, blockColumns } = patch;
  const { resampled } = detail;
  lay(columns, left, right, placed.x0, placed.xu, placed.minX, placed.spanX, pw, patch.wraps ? TILE_RING_WIDTH - 1 : 0);
  lay(rows, top, bottom, placed.y0, placed.yv, placed.minY, placed.spanY, patch.height, patch.wraps ? TILE_RING_HEIGHT - 1 : 0);
  const { nearest, first, second, weight } = columns;
  const through = 1 - alpha;
  for (let v = firstDrawn(top, detail); v < bottom; v += detail.rowStep) {
    const near = rows.nearest[v - top];
    if (near < 0) continue;
    const nearRow = near * pw;
    const blockRow = (near >> 3) * blockColumns;
    const row0 = rows.first[v - top] * pw;
    const row1 = rows.second[v - top] * pw;
    const low = rows.weight[v - top];
    const high = ONE - low;
    for (let i = 0, at = v * width + left; i < right - left; i++, at++) {
      const column = nearest[i];
      if (column < 0 || (behind && confidence[at] !== 0)) continue;
      const cell = nearRow + column;
      const sure = known[cell];
      if (sure === 0) {
        if (!behind) {
          if (confidence[at] > UNKNOWN_COVER) confidence[at] = UNKNOWN_COVER;
        } else if (blockOpacity[blockRow + (column >> 3)] > CLEAR) score[at] = VEILED;
        continue;
      }
      const cover = opacity[cell];
      if (cover <= 0) continue;
      if (behind) {
        const proof = blockOpacity[blockRow + (column >> 3)];
        if (cover <= TENTATIVE && proof <= CLEAR) continue;
        const most = score[at] === VEILED ? UNKNOWN_COVER : cover <= TENTATIVE && proof < SOLID ? UNPROVEN : 255;
        confidence[at] = sure < most ? sure : most;
      } else if (alpha > 0.9) confidence[at] = sure;
      else confidence[at] = Math.min(sure, Math.max(confidence[at], 1));
      const since = frame - seen[cell];
      age[at] = since > 255 ? 255 : since;
      const p = 3 * at;
      let r = 0;
      let g = 0;
      let b = 0;
      const east = weight[i];
      if (!resampled || (east === 0 && low === 0)) {
        r = (value[3 * cell] + HALF) >> VALUE_SHIFT;
        g = (value[3 * cell + 1] + HALF) >> VALUE_SHIFT;
        b = (value[3 * cell + 2] + HALF) >> VALUE_SHIFT;
      } else {
        const west = ONE - east;
        const c0 = row0 + first[i];
        const c1 = row0 + second[i];
        const c2 = row1 + first[i];
        const c3 = row1 + second[i];
        const w0 = shows(patch, c0) ? west * high : 0;
        const w1 = shows(patch, c1) ? east * high : 0;
        const w2 = shows(patch, c2) ? west * low : 0;
        const w3 = shows(patch, c3) ? east * low : 0;
        const sum = w0 + w1 + w2 + w3;
        if (sum === ONE * ONE) {
          r = (w0 * value[3 * c0] + w1 * value[3 * c1] + w2 * value[3 * c2] + w3 * value[3 * c3] + MIX_HALF) >> MIX_SHIFT;
          g =
            (w0 * value[3 * c0 + 1] + w1 * value[3 * c1 + 1] + w2 * value[3 * c2 + 1] + w3 * value[3 * c3 + 1] + MIX_HALF) >>
            MIX_SHIFT;
          b =
            (w0 * value[3 * c0 + 2] + w1 * value[3 * c1 + 2] + w2 * value[3 * c2 + 2] + w3 * value[3 * c3 + 2] + MIX_HALF) >>
            MIX_SHIFT;
        } else {
          const scale = 1 / (sum << VALUE_SHIFT);
          r = (w0 * value[3 * c0] + w1 * value[3 * c1] + w2 * value[3 * c2] + w3 * value[3 * c3]) * scale;
          g = (w0 * value[3 * c0 + 1] + w1 * value[3 * c1 + 1] + w2 * value[3 * c2 + 1] + w3 * value[3 * c3 + 1]) * scale;
          b = (w0 * value[3 * c0 + 2] + w1 * value[3 * c1 + 2] + w2 * value[3 * c2 + 2] + w3 * value[3 * c3 + 2]) * scale;
        }
      }
      if (behind || through === 0) {
        rgb[p] = r;
        rgb[p + 1] = g;
        rgb[p + 2] = b;
        continue;
      }
      rgb[p] = alpha * r + through * rgb[p];
      rgb[p + 1] = alpha * g + through * rgb[p + 1];
      rgb[p + 2] = alpha * b + through * rgb[p + 2];
    }
  }
}

function shows({ confidence, opacity }: Patch, cell: number): boolean {
  return confidence[cell] !== 0 && opacity[cell] > 0;
}

/** Finds the cells under pixels `from` … `to` of an axis; `mask` is 0 where coordinates do not go round. */
function lay(
  axis: Axis,
  from: number,
  to: number,
  origin: number,
  step: number,
  least: number,
  span: number,
  size: number,
  mask: number,
): void {
  if (axis.nearest.length < to - from) Object.assign(axis, axisOf(2 * (to - from)));
  const { nearest, first, second, weight } = axis;
  for (let pixel = from; pixel < to; pixel++) {
    const i = pixel - from;
    const x = origin + step * pixel;
    if (x < least || x >= least + span) {
      nearest[i] = -1;
      continue;
    }
    const whole = Math.floor(x);
    // Cells have their middle at a half.
    const low = Math.floor(x - 0.5 + WHOLE);
    const part = x - 0.5 - low;
    const hasLow = mask !== 0 || (low >= 0 && low < size);
    const hasHigh = mask !== 0 || low + 1 < size;
    nearest[i] = mask === 0 ? whole : whole & mask;
    first[i] = !hasLow ? nearest[i] : mask === 0 ? low : low & mask;
    second[i] = !hasHigh ? nearest[i] : mask === 0 ? low + 1 : (low + 1) & mask;
    weight[i] = part < WHOLE || !hasHigh ? 0 : hasLow ? Math.round(part * ONE) : ONE;
  }
}

function axisOf(length: number): Axis {
  return {
    nearest: new Int32Array(length),
    first: new Int32Array(length),
    second: new Int32Array(length),
    weight: new Int32Array(length),
  };
}
