import type { Composition } from './Composition.js';
import { drawCells } from './drawCells.js';
import { EARNED, HOPELESS } from './evidence.js';
import type { ScrollLayer } from './ScrollLayer.js';

const BLOCK = 8;

/**
 * Draws of one row of pixels `from` … `to`, the last one excluded, that lies in one tile of the ring, from the layer's place (x, y)
 * on, those that the layer knows and nothing was drawn at. `scored`: says in `out.score` what the layer has earned there.
 *
 * @example
 * ```ts
 * fillRun(layer, 0, 32, layer.wholeX, layer.wholeY, frame, composition, true, false);
 * ```
 */
export function fillRun(
  layer: ScrollLayer,
  from: number,
  to: number,
  x: number,
  y: number,
  now: number,
  { rgb, confidence, age, score }: Composition,
  resampled: boolean,
  scored: boolean,
): void {
  const { ring } = layer;
  const { maskX, maskY, bank, blockEvidence, blockColumns } = ring;
  const { confidence: known, evidence, seen } = bank;
  const nearX = x + (layer.fractionX >= 0.5 ? 1 : 0);
  const nearY = (y + (layer.fractionY >= 0.5 ? 1 : 0)) & maskY;
  const row = nearY * (maskX + 1);
  const blockRow = (nearY >> 3) * blockColumns;
  const first = row + (nearX & maskX);
  if (!scored && (nearX & maskX) + to - from <= maskX + 1 && isPlain(known, first, confidence, from, to)) {
    for (let at = from, cell = first; at < to; at++, cell++) {
      confidence[at] = known[cell];
      const since = now - seen[cell];
      age[at] = since > 255 ? 255 : since;
    }
    drawCells(layer, from, to, x, y, rgb, resampled);
    return;
  }
  const prior = Math.round(layer.prior);
  let start = from;
  for (let at = from; at < to; at++) {
    const column = (nearX + at - from) & maskX;
    const cell = row + column;
    const sure = known[cell];
    if (sure === 0 || confidence[at] !== 0) {
      if (start < at) drawCells(layer, start, at, x + start - from, y, rgb, resampled);
      start = at + 1;
      continue;
    }
    confidence[at] = sure;
    const since = now - seen[cell];
    age[at] = since > 255 ? 255 : since;
    if (scored) score[at] = prior + evidence[cell] + blockEvidence[blockRow + (column >> 3)] + (sure >> 3);
  }
  if (start < to) drawCells(layer, start, to, x + start - from, y, rgb, resampled);
}

/** True when all cells from `cell` on are known, and nothing was drawn at the pixels. */
function isPlain(known: Uint8Array, cell: number, confidence: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++, cell++) if (known[cell] === 0 || confidence[at] !== 0) return false;
  return true;
}

/**
 * As `fillRun`, but draws those pixels that the layer has earned, and where something was drawn at, beaten its score. `limit`: the
 * confidence at most where nothing was drawn.
 *
 * @example
 * ```ts
 * drawEarnedRun(layer, 0, 32, layer.wholeX, layer.wholeY, frame, composition, true, 90);
 * ```
 */
export function drawEarnedRun(
  layer: ScrollLayer,
  from: number,
  to: number,
  x: number,
  y: number,
  now: number,
  { rgb, confidence, age, score }: Composition,
  resampled: boolean,
  limit: number,
): void {
  const { ring } = layer;
  const { maskX, maskY, bank, blockEvidence, blockColumns, touched } = ring;
  const { confidence: known, evidence, seen } = bank;
  const nearX = layer.fractionX >= 0.5 ? 1 : 0;
  const nearY = (y + (layer.fractionY >= 0.5 ? 1 : 0)) & maskY;
  const row = nearY * (maskX + 1);
  const blockRow = (nearY >> 3) * blockColumns;
  const touchedRow = ((y & maskY) >> 3) * blockColumns;
  const prior = Math.round(layer.prior);
  for (let first = from; first < to; ) {
    // What lies in one block was weighed, or none of it, and has earned what the block has.
    const left = x + first - from;
    const end = Math.min(to, first + BLOCK - (left & (BLOCK - 1)));
    const west = ((left + nearX) & maskX) >> 3;
    const east = ((left + nearX + end - first - 1) & maskX) >> 3;
    const isHopeless = blockEvidence[blockRow + west] <= HOPELESS && blockEvidence[blockRow + east] <= HOPELESS;
    let start = first;
    if (isHopeless || touched[touchedRow + ((left & maskX) >> 3)] === 0) start = end;
    else {
      for (let at = first; at < end; at++) {
        const column = (left + nearX + at - first) & maskX;
        const cell = row + column;
        const sure = known[cell];
        const earned = evidence[cell] + blockEvidence[blockRow + (column >> 3)];
        const mine = prior + earned + (sure >> 3);
        const empty = confidence[at] === 0;
        if (sure === 0 || earned < EARNED || (!empty && mine <= score[at])) {
          if (start < at) drawCells(layer, start, at, x + start - from, y, rgb, resampled);
          start = at + 1;
          continue;
        }
        confidence[at] = empty && sure > limit ? limit : sure;
        score[at] = mine;
        const since = now - seen[cell];
        age[at] = since > 255 ? 255 : since;
      }
    }
    if (start < end) drawCells(layer, start, end, x + start - from, y, rgb, resampled);
    first = end;
  }
}
