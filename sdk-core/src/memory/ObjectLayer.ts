import { type ByteReader, type ByteWriter, SgapsError, type TrackedObject } from '@sgaps/protocol';
import { readArray, readText, writeArray, writeText } from '../snapshot/snapshotBytes.js';
import { type LayerPicture, type Prediction, UNPROVEN } from './ScrollLayer.js';
import { CONFIDENCE_START, VALUE_SHIFT } from './TemporalMemoryBank.js';

const DOWN = 1 / (1 << VALUE_SHIFT);
/** A patch never has more cells a side, or in all: a larger object is remembered more coarsely. */
const PATCH_SIDE = 2048;
const PATCH_AREA = 1 << 18;
/** Ring that a repeating texture is remembered on, cells a side. */
const TILE_RING_WIDTH = 512;
const TILE_RING_HEIGHT = 256;
/** Cells over all patches of a session; the least recently seen go first. */
const PATCH_CELLS = 1 << 20;
/** An object seen through a cell is sure of it from this opacity on. */
const OPACITY_STEP = 48;

/**
 * What one texture frame looks like, learnt from every object that shows it: colour, confidence and opacity per cell of
 * the unrotated picture.
 *
 * @example
 * ```ts
 * const patch = new Patch('hero|run-3', 24, 32);
 * ```
 */
export class Patch {
  readonly value: Uint16Array;
  /** 0 unknown … 255 certain. */
  readonly confidence: Uint8Array;
  /** Positive: the object covers what is behind it; negative: it does not; 0: not known. */
  readonly opacity: Int8Array;
  readonly seen: Int32Array;
  /** What samples said of opacity per 8×8 block, −127 … 127: what holds for cells nobody has told apart yet. */
  readonly blockOpacity: Int8Array;
  readonly blockColumns: number;
  /** Frame in which an object last showed this patch. */
  used = 0;

  constructor(
    readonly key: string,
    readonly width: number,
    readonly height: number,
    /** A repeating texture: coordinates go round. */
    readonly wraps = false,
  ) {
    const cells = width * height;
    this.value = new Uint16Array(3 * cells);
    this.confidence = new Uint8Array(cells);
    this.opacity = new Int8Array(cells);
    this.seen = new Int32Array(cells);
    this.blockColumns = (width + 7) >> 3;
    this.blockOpacity = new Int8Array(this.blockColumns * ((height + 7) >> 3));
  }

  /** The block a cell lies in. */
  blockOf(cell: number): number {
    const y = (cell / this.width) | 0;
    return (y >> 3) * this.blockColumns + ((cell - y * this.width) >> 3);
  }

  /** Takes a colour as the cell's content. */
  write(cell: number, r: number, g: number, b: number, confidence: number, frame: number): void {
    const at = 3 * cell;
    this.value[at] = r * (1 << VALUE_SHIFT);
    this.value[at + 1] = g * (1 << VALUE_SHIFT);
    this.value[at + 2] = b * (1 << VALUE_SHIFT);
    this.confidence[cell] = confidence;
    this.seen[cell] = frame;
  }
}

/** An object placed on the screen for one frame: the inverse map from pixel (u, v) to patch coordinates. */
export interface PlacedObject {
  patch: Patch;
  /** Larger than most of the screen: lies behind the scroll layers. */
  scenery: boolean;
  id: number;
  alpha: number;
  /** Patch coordinates the object shows: from here, so far. */
  minX: number;
  minY: number;
  spanX: number;
  spanY: number;
  /** Pixels the object may touch, right and bottom exclusive. */
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** Patch x = xu·u + xv·v + x0, patch y likewise, at the pixel's middle. */
  xu: number;
  xv: number;
  x0: number;
  yu: number;
  yv: number;
  y0: number;
}

/**
 * Patches of all texture frames seen so far (tracked-object layer of DESIGN.md): a sprite's own picture, carried by the
 * transform the engine reports.
 *
 * @example
 * ```ts
 * const layer = new ObjectLayer();
 * const placed = layer.place(object, camera.viewX, camera.viewY, 320, 180, frame);
 * ```
 */
export class ObjectLayer {
  readonly patches = new Map<string, Patch>();
  private readonly colour = new Float64Array(3);
  private cells = 0;

  /** Puts an object on the screen; null when no pixel of the grid can show it. */
  place(object: TrackedObject, viewX: number, viewY: number, width: number, height: number, frame: number): PlacedObject | null {
    if (!(object.width > 0.5) || !(object.height > 0.5) || object.alpha <= 0) return null;
    const px = object.x - object.scrollFactorX * viewX;
    const py = object.y - object.scrollFactorY * viewY;
    const cos = Math.cos(object.rotation);
    const sin = Math.sin(object.rotation);
    let minX = Number.POSITIVE_INFINITY;
    let maxX = Number.NEGATIVE_INFINITY;
    let minY = Number.POSITIVE_INFINITY;
    let maxY = Number.NEGATIVE_INFINITY;
    for (let corner = 0; corner < 4; corner++) {
      const cx = ((corner & 1) - object.originX) * object.width;
      const cy = ((corner >> 1) - object.originY) * object.height;
      const x = px + cx * cos - cy * sin;
      const y = py + cx * sin + cy * cos;
      minX = Math.min(minX, x);
      maxX = Math.max(maxX, x);
      minY = Math.min(minY, y);
      maxY = Math.max(maxY, y);
    }
    const left = Math.max(0, Math.floor(minX));
    const top = Math.max(0, Math.floor(minY));
    const right = Math.min(width, Math.ceil(maxX));
    const bottom = Math.min(height, Math.ceil(maxY));
    if (left >= right || top >= bottom) return null;
    const patch = this.patchOf(object, frame);
    const spanX = patch.wraps ? object.width : patch.width;
    const spanY = patch.wraps ? object.height : patch.height;
    const sx = ((object.flipX ? -1 : 1) * spanX) / object.width;
    const sy = ((object.flipY ? -1 : 1) * spanY) / object.height;
    const ox = (object.flipX ? 1 - object.originX : object.originX) * spanX + object.tileX;
    const oy = (object.flipY ? 1 - object.originY : object.originY) * spanY + object.tileY;
    const xu = cos * sx;
    const xv = sin * sx;
    const yu = -sin * sy;
    const yv = cos * sy;
    const dx = 0.5 - px;
    const dy = 0.5 - py;
    return {
      patch,
      scenery: false,
      id: object.id,
      alpha: object.alpha,
      minX: patch.wraps ? object.tileX : 0,
      minY: patch.wraps ? object.tileY : 0,
      spanX,
      spanY,
      left,
      top,
      right,
      bottom,
      xu,
      xv,
      x0: xu * dx + xv * dy + ox,
      yu,
      yv,
      y0: yu * dx + yv * dy + oy,
    };
  }

  /**
   * Draws the object into the picture. Objects are drawn back to front, over what is there; scenery (`behind`) front to
   * back, only where nothing nearer was drawn. What the object is not known to look like leaves what lies behind at low confidence.
   */
  compose(placed: PlacedObject, width: number, frame: number, out: LayerPicture, behind: boolean, resampled: boolean): void {
    const { patch, left, top, right, bottom, xu, xv, yu, yv, alpha } = placed;
    const { rgb, confidence, age, score } = out;
    const { value, opacity, confidence: known, seen } = patch;
    const { colour } = this;
    const aligned = xv === 0 && yu === 0;
    if (behind && aligned && Math.abs(xu - 1) < UNSCALED && Math.abs(yv - 1) < UNSCALED) {
      composeUnscaled(placed, width, frame, out, resampled);
      return;
    }
    for (let v = top; v < bottom; v++) {
      // Without rotation a row of pixels lies in one row of the patch.
      const rowY = placed.y0 + yv * v;
      if (aligned && (rowY < placed.minY || rowY >= placed.minY + placed.spanY)) continue;
      const rowX = placed.x0 + xv * v;
      for (let u = left; u < right; u++) {
        const at = v * width + u;
        if (behind && confidence[at] !== 0) continue;
        const x = rowX + xu * u;
        const y = aligned ? rowY : rowY + yu * u;
        const cell = cellOf(placed, x, y);
        if (cell < 0) continue;
        const sure = known[cell];
        if (sure === 0) {
          if (behind) {
            if (patch.blockOpacity[patch.blockOf(cell)] > CLEAR) score[at] = VEILED;
          } else if (confidence[at] > UNKNOWN_COVER) confidence[at] = UNKNOWN_COVER;
          continue;
        }
        if (opacity[cell] <= 0 || (behind && isGivenUp(patch, cell))) continue;
        if (!resampled) {
          colour[0] = value[3 * cell] * DOWN;
          colour[1] = value[3 * cell + 1] * DOWN;
          colour[2] = value[3 * cell + 2] * DOWN;
        } else if (!blend(patch, x, y, cell, colour)) continue;
        const to = 3 * at;
        if (behind) {
          rgb[to] = colour[0];
          rgb[to + 1] = colour[1];
          rgb[to + 2] = colour[2];
          const proven = opacity[cell] > TENTATIVE || patch.blockOpacity[patch.blockOf(cell)] >= SOLID;
          const most = score[at] === VEILED ? UNKNOWN_COVER : proven ? 255 : UNPROVEN;
          confidence[at] = sure < most ? sure : most;
        } else {
          const through = 1 - alpha;
          rgb[to] = colour[0] * alpha + through * rgb[to];
          rgb[to + 1] = colour[1] * alpha + through * rgb[to + 1];
          rgb[to + 2] = colour[2] * alpha + through * rgb[to + 2];
          confidence[at] = alpha > 0.9 ? sure : Math.min(sure, Math.max(confidence[at], 1));
        }
        const since = frame - seen[cell];
        age[at] = since > 255 ? 255 : since;
      }
    }
  }

  /** What the object shows at the pixel, into `out`; 0 when it does not cover it or is not known there. */
  predict(placed: PlacedObject, u: number, v: number, out: Prediction): number {
    const x = placed.x0 + placed.xu * u + placed.xv * v;
    const y = placed.y0 + placed.yu * u + placed.yv * v;
    const cell = cellOf(placed, x, y);
    if (
      cell < 0 ||
      placed.patch.confidence[cell] === 0 ||
      placed.patch.opacity[cell] <= 0 ||
      (placed.scenery && isGivenUp(placed.patch, cell))
    )
      return 0;
    if (!blend(placed.patch, x, y, cell, this.colour)) return 0;
    out.r = this.colour[0];
    out.g = this.colour[1];
    out.b = this.colour[2];
    out.confidence = placed.patch.confidence[cell];
    return out.confidence;
  }

  /** Writes all patches. */
  save(writer: ByteWriter): void {
    writer.varint(this.patches.size);
    for (const patch of this.patches.values()) {
      writeText(writer, patch.key);
      writer.varint(patch.width);
      writer.varint(patch.height);
      writer.u8(patch.wraps ? 1 : 0);
      writer.i32(patch.used);
      for (const array of [patch.value, patch.confidence, patch.opacity, patch.seen, patch.blockOpacity])
        writeArray(writer, array);
    }
  }

  /** Takes up what `save` wrote. Throws a typed error when the bytes do not fit. */
  restore(reader: ByteReader): void {
    this.patches.clear();
    this.cells = 0;
    const count = reader.varint('patch count', PATCH_CELLS);
    for (let i = 0; i < count; i++) {
      const key = readText(reader, 'patch key');
      const width = reader.varint('patch width', PATCH_SIDE);
      const height = reader.varint('patch height', PATCH_SIDE);
      this.cells += width * height;
      if (this.cells > 2 * PATCH_CELLS) throw SgapsError.limit('patch cells', this.cells, 2 * PATCH_CELLS);
      const patch = new Patch(key, width, height, reader.u8('patch wrap') === 1);
      patch.used = reader.i32('patch use');
      for (const array of [patch.value, patch.confidence, patch.opacity, patch.seen, patch.blockOpacity])
        readArray(reader, array, 'patch');
      this.patches.set(key, patch);
    }
  }

  private patchOf(object: TrackedObject, frame: number): Patch {
    // A nameless texture (dynamic text) belongs to its object alone.
    const texture = object.texture === '' ? `#${object.id}` : object.texture;
    const wraps = object.tileX !== 0 || object.tileY !== 0;
    const key = `${texture}|${object.frame}|${object.tint}${wraps ? '|tile' : ''}`;
    let patch = this.patches.get(key);
    if (!patch) {
      const shrink = Math.min(1, Math.sqrt(PATCH_AREA / (object.width * object.height)));
      patch = wraps
        ? new Patch(key, TILE_RING_WIDTH, TILE_RING_HEIGHT, true)
        : new Patch(key, patchSide(object.width * shrink), patchSide(object.height * shrink));
      this.patches.set(key, patch);
      this.cells += patch.width * patch.height;
      if (this.cells > PATCH_CELLS) this.forget(patch);
    }
    patch.used = frame;
    return patch;
  }

  private forget(keep: Patch): void {
    const oldest = [...this.patches.values()].filter((patch) => patch !== keep).sort((a, b) => a.used - b.used);
    for (const patch of oldest) {
      if (this.cells <= PATCH_CELLS / 2) break;
      this.patches.delete(patch.key);
      this.cells -= patch.width * patch.height;
    }
  }
}

/** Score of a pixel that a nearer, unknown part of the scenery may cover. */
const VEILED = 1;
/** A view this close to a whole cell needs no resampling. */
const WHOLE = 1 / 16;

/** A scale this close to 1 moves no pixel by a quarter over the screen. */
const UNSCALED = 1 / 2048;

/** Scenery at its own size, the common case: one offset and one phase for the whole screen. */
function composeUnscaled(placed: PlacedObject, width: number, frame: number, out: LayerPicture, resampled: boolean): void {
  const { patch, left, top, right, bottom } = placed;
  const { value, opacity, confidence: known, seen, width: pw, blockOpacity } = patch;
  const { rgb, confidence, age, score } = out;
  const maskX = patch.wraps ? TILE_RING_WIDTH - 1 : 0x7fffffff;
  const maskY = patch.wraps ? TILE_RING_HEIGHT - 1 : 0x7fffffff;
  // Cells have their middle at a half: the lower bilinear neighbour and the nearest cell.
  const ix = Math.floor(placed.x0 - 0.5 + WHOLE);
  const iy = Math.floor(placed.y0 - 0.5 + WHOLE);
  const dx = Math.max(0, placed.x0 - 0.5 - ix);
  const dy = Math.max(0, placed.y0 - 0.5 - iy);
  const nearX = Math.floor(placed.x0);
  const nearY = Math.floor(placed.y0);
  const phased = resampled && (dx >= WHOLE || dy >= WHOLE);
  const w00 = (1 - dx) * (1 - dy) * DOWN;
  const w01 = dx * (1 - dy) * DOWN;
  const w10 = (1 - dx) * dy * DOWN;
  const w11 = dx * dy * DOWN;
  const firstX = Math.max(left, Math.ceil(placed.minX - placed.x0));
  const lastX = Math.min(right, Math.ceil(placed.minX + placed.spanX - placed.x0));
  for (let v = top; v < bottom; v++) {
    if (placed.y0 + v < placed.minY || placed.y0 + v >= placed.minY + placed.spanY) continue;
    const nearRow = ((nearY + v) & maskY) * pw;
    const blockRow = (((nearY + v) & maskY) >> 3) * patch.blockColumns;
    const row0 = ((iy + v) & maskY) * pw;
    const row1 = ((iy + v + 1) & maskY) * pw;
    const inside = patch.wraps || (iy + v >= 0 && iy + v + 1 < patch.height);
    for (let u = firstX; u < lastX; u++) {
      const at = v * width + u;
      if (confidence[at] !== 0) continue;
      const cell = nearRow + ((nearX + u) & maskX);
      const sure = known[cell];
      const block = blockRow + (((nearX + u) & maskX) >> 3);
      if (sure === 0) {
        if (blockOpacity[block] > CLEAR) score[at] = VEILED;
        continue;
      }
      const cover = opacity[cell];
      if (cover <= 0 || (cover <= TENTATIVE && blockOpacity[block] <= CLEAR)) continue;
      const most = score[at] === VEILED ? UNKNOWN_COVER : cover <= TENTATIVE && blockOpacity[block] < SOLID ? UNPROVEN : 255;
      confidence[at] = sure < most ? sure : most;
      const since = frame - seen[cell];
      age[at] = since > 255 ? 255 : since;
      const p = 3 * at;
      const x0 = (ix + u) & maskX;
      const x1 = (ix + u + 1) & maskX;
      if (phased && inside && (patch.wraps || (ix + u >= 0 && x1 < pw))) {
        const a = row0 + x0;
        const b = row0 + x1;
        const c = row1 + x0;
        const d = row1 + x1;
        if (
          known[a] &&
          known[b] &&
          known[c] &&
          known[d] &&
          opacity[a] > 0 &&
          opacity[b] > 0 &&
          opacity[c] > 0 &&
          opacity[d] > 0
        ) {
          rgb[p] = w00 * value[3 * a] + w01 * value[3 * b] + w10 * value[3 * c] + w11 * value[3 * d];
          rgb[p + 1] = w00 * value[3 * a + 1] + w01 * value[3 * b + 1] + w10 * value[3 * c + 1] + w11 * value[3 * d + 1];
          rgb[p + 2] = w00 * value[3 * a + 2] + w01 * value[3 * b + 2] + w10 * value[3 * c + 2] + w11 * value[3 * d + 2];
          continue;
        }
      }
      rgb[p] = value[3 * cell] * DOWN;
      rgb[p + 1] = value[3 * cell + 1] * DOWN;
      rgb[p + 2] = value[3 * cell + 2] * DOWN;
    }
  }
}

/** The patch cell at patch coordinates (x, y), −1 outside the object. */
function cellOf(placed: PlacedObject, x: number, y: number): number {
  const { patch } = placed;
  const lx = x - placed.minX;
  const ly = y - placed.minY;
  if (lx < 0 || ly < 0 || lx >= placed.spanX || ly >= placed.spanY) return -1;
  const cx = Math.floor(x);
  const cy = Math.floor(y);
  return patch.wraps ? (cy & (TILE_RING_HEIGHT - 1)) * TILE_RING_WIDTH + (cx & (TILE_RING_WIDTH - 1)) : cy * patch.width + cx;
}

/** Bilinear colour over the opaque, known cells around (x, y); false when there is none. */
function blend(patch: Patch, x: number, y: number, cell: number, out: Float64Array): boolean {
  const { value, opacity, confidence: known, width, height } = patch;
  const fx = x - 0.5;
  const fy = y - 0.5;
  const ix = Math.floor(fx + WHOLE);
  const iy = Math.floor(fy + WHOLE);
  const dx = Math.max(0, fx - ix);
  const dy = Math.max(0, fy - iy);
  if (dx < WHOLE && dy < WHOLE) {
    out[0] = value[3 * cell] * DOWN;
    out[1] = value[3 * cell + 1] * DOWN;
    out[2] = value[3 * cell + 2] * DOWN;
    return true;
  }
  let sum = 0;
  let r = 0;
  let g = 0;
  let b = 0;
  for (let j = 0; j < 2; j++) {
    const wy = j ? dy : 1 - dy;
    if (wy < WHOLE) continue;
    let yy = iy + j;
    if (patch.wraps) yy &= TILE_RING_HEIGHT - 1;
    else if (yy < 0 || yy >= height) continue;
    for (let i = 0; i < 2; i++) {
      const w = wy * (i ? dx : 1 - dx);
      if (w < 0.03) continue;
      let xx = ix + i;
      if (patch.wraps) xx &= TILE_RING_WIDTH - 1;
      else if (xx < 0 || xx >= width) continue;
      const n = yy * width + xx;
      if (known[n] === 0 || opacity[n] <= 0) continue;
      sum += w;
      r += w * value[3 * n];
      g += w * value[3 * n + 1];
      b += w * value[3 * n + 2];
    }
  }
  if (sum === 0) return false;
  const scale = DOWN / sum;
  out[0] = r * scale;
  out[1] = g * scale;
  out[2] = b * scale;
  return true;
}

/** Confidence left to what lies behind an object nobody has looked at yet. */
const UNKNOWN_COVER = 40;

function patchSide(size: number): number {
  return Math.max(1, Math.min(PATCH_SIDE, Math.round(size)));
}

/** A sampled colour, how far a memory may differ from it to be the same, and whether it is exact to the last bit. */
export interface ColourSample {
  r: number;
  g: number;
  b: number;
  tolerance: number;
  exact: boolean;
}

/**
 * One sample against one placed object. Returns true when the object explains the sample (it is the object's own
 * colour), false when the sample came from what lies behind. `below` is the prediction behind the object.
 */
export function observeObject(
  placed: PlacedObject,
  u: number,
  v: number,
  sample: ColourSample,
  below: { r: number; g: number; b: number; confidence: number },
  frame: number,
): 'outside' | 'behind' | 'new' | 'same' | 'changed' {
  const { patch } = placed;
  const x = placed.x0 + placed.xu * u + placed.xv * v;
  const y = placed.y0 + placed.yu * u + placed.yv * v;
  const cell = cellOf(placed, x, y);
  if (cell < 0) return 'outside';
  const behind =
    below.confidence >= CONFIDENCE_START &&
    Math.abs(sample.r - below.r) <= sample.tolerance &&
    Math.abs(sample.g - below.g) <= sample.tolerance &&
    Math.abs(sample.b - below.b) <= sample.tolerance;
  let { r, g, b } = sample;
  if (placed.alpha < 0.98) {
    if (placed.alpha < 0.3 || below.confidence < CONFIDENCE_START) return behind ? 'behind' : 'same';
    const inverse = 1 / placed.alpha;
    r = clamp8((r - (1 - placed.alpha) * below.r) * inverse);
    g = clamp8((g - (1 - placed.alpha) * below.g) * inverse);
    b = clamp8((b - (1 - placed.alpha) * below.b) * inverse);
  }
  const opacity = patch.opacity[cell];
  if (patch.confidence[cell] === 0) {
    patch.write(cell, r, g, b, CONFIDENCE_START, frame);
    patch.opacity[cell] = behind ? -OPACITY_STEP : OPACITY_STEP;
    return behind ? 'behind' : 'new';
  }
  const at = 3 * cell;
  const dr = r - patch.value[at] * DOWN;
  const dg = g - patch.value[at + 1] * DOWN;
  const db = b - patch.value[at + 2] * DOWN;
  const same = Math.abs(dr) <= sample.tolerance && Math.abs(dg) <= sample.tolerance && Math.abs(db) <= sample.tolerance;
  if (opacity <= 0) {
    if (behind) {
      patch.opacity[cell] = Math.max(-127, opacity - OPACITY_STEP / 2);
      patch.confidence[cell] = Math.min(255, patch.confidence[cell] + 26);
      patch.seen[cell] = frame;
      return 'behind';
    }
    if (below.confidence < CONFIDENCE_START) return 'behind';
    patch.opacity[cell] = opacity + OPACITY_STEP;
    if (patch.opacity[cell] > 0) {
      patch.write(cell, r, g, b, CONFIDENCE_START, frame);
      return 'changed';
    }
    return 'changed';
  }
  if (same) {
    const gain = sample.exact ? 0.5 : 0.25;
    patch.value[at] = clampValue(patch.value[at] + dr * gain * (1 << VALUE_SHIFT));
    patch.value[at + 1] = clampValue(patch.value[at + 1] + dg * gain * (1 << VALUE_SHIFT));
    patch.value[at + 2] = clampValue(patch.value[at + 2] + db * gain * (1 << VALUE_SHIFT));
    patch.confidence[cell] = Math.min(255, patch.confidence[cell] + 26);
    if (!behind) patch.opacity[cell] = Math.min(127, opacity + OPACITY_STEP / 2);
    patch.seen[cell] = frame;
    return 'same';
  }
  if (behind) {
    patch.opacity[cell] = opacity - OPACITY_STEP;
    patch.seen[cell] = frame;
    return 'behind';
  }
  patch.write(cell, r, g, b, Math.max(64, patch.confidence[cell] >> 1), frame);
  return 'changed';
}

/** Opacity of a scenery cell that several surfaces may claim; what one look for or against it changes. */
const TENTATIVE = 20;
const SCENERY_FOR = 24;
const SCENERY_AGAINST = 36;
const SCENERY_DOUBT = 20;
/** Block evidence from which on an undecided cell is taken for transparent, for opaque. */
const CLEAR = -24;
const SOLID = 24;

/** Undecided itself, in a block found transparent. */
function isGivenUp(patch: Patch, cell: number): boolean {
  return patch.opacity[cell] <= TENTATIVE && patch.blockOpacity[patch.blockOf(cell)] <= CLEAR;
}

function weighBlock(patch: Patch, cell: number, amount: number): void {
  const block = patch.blockOf(cell);
  patch.blockOpacity[block] = Math.max(-127, Math.min(127, patch.blockOpacity[block] + amount));
}

/**
 * One sample against one piece of scenery. All surfaces that may show an unknown place learn it; the first that
 * contradicts a later sample gives it up, so that parallax sorts out which surface it was.
 * `behindKnown`: something further back explains the sample, so that a surface given up here needs no second chance.
 * `own` false: the sample is known to show something else, so that only contradictions count.
 */
export function observeScenery(
  placed: PlacedObject,
  u: number,
  v: number,
  sample: ColourSample,
  own: boolean,
  behindKnown: boolean,
  frame: number,
): 'outside' | 'learnt' | 'same' | 'other' {
  const { patch } = placed;
  const x = placed.x0 + placed.xu * u + placed.xv * v;
  const y = placed.y0 + placed.yu * u + placed.yv * v;
  const cell = cellOf(placed, x, y);
  if (cell < 0) return 'outside';
  const { opacity, confidence, value } = patch;
  if (confidence[cell] === 0) {
    if (!own) return 'other';
    patch.write(cell, sample.r, sample.g, sample.b, CONFIDENCE_START, frame);
    opacity[cell] = TENTATIVE;
    return 'learnt';
  }
  const at = 3 * cell;
  const dr = sample.r - value[at] * DOWN;
  const dg = sample.g - value[at + 1] * DOWN;
  const db = sample.b - value[at + 2] * DOWN;
  if (Math.abs(dr) <= sample.tolerance && Math.abs(dg) <= sample.tolerance && Math.abs(db) <= sample.tolerance) {
    if (!own) return 'other';
    const before = isGivenUp(patch, cell) ? 0 : opacity[cell];
    if (before <= 0 && behindKnown) return 'other';
    weighBlock(patch, cell, 4);
    opacity[cell] = Math.min(127, Math.max(before, opacity[cell]) + SCENERY_FOR);
    confidence[cell] = Math.min(255, confidence[cell] + 26);
    patch.seen[cell] = frame;
    const gain = (sample.exact ? 0.5 : 0.1) * (1 << VALUE_SHIFT);
    value[at] = clampValue(value[at] + dr * gain);
    value[at + 1] = clampValue(value[at + 1] + dg * gain);
    value[at + 2] = clampValue(value[at + 2] + db * gain);
    return before > 0 ? 'same' : 'other';
  }
  if (opacity[cell] <= 0) {
    opacity[cell] = Math.max(-127, opacity[cell] - SCENERY_FOR / 4);
    patch.seen[cell] = frame;
    return 'other';
  }
  weighBlock(patch, cell, -12);
  opacity[cell] -= SCENERY_AGAINST;
  confidence[cell] = Math.max(1, confidence[cell] - SCENERY_DOUBT);
  patch.seen[cell] = frame;
  return 'other';
}

/** The furthest scenery shows what no surface before it explained. */
export function relearnScenery(placed: PlacedObject, u: number, v: number, sample: ColourSample, frame: number): void {
  const { patch } = placed;
  const cell = cellOf(placed, placed.x0 + placed.xu * u + placed.xv * v, placed.y0 + placed.yu * u + placed.yv * v);
  if (cell < 0 || patch.confidence[cell] > CONFIDENCE_START) return;
  patch.write(cell, sample.r, sample.g, sample.b, CONFIDENCE_START, frame);
  patch.opacity[cell] = TENTATIVE;
}

function clamp8(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function clampValue(value: number): number {
  return value < 0 ? 0 : value > 255 << VALUE_SHIFT ? 255 << VALUE_SHIFT : value;
}
