import { type ByteReader, type ByteWriter, SgapsError, type TrackedObject } from '@sgaps/protocol';
import { readArray, readText, writeArray, writeText } from '../session/snapshotBytes.js';
import { CONFIDENCE_START, VALUE_SHIFT } from './TemporalMemoryBank.js';

const DOWN = 1 / (1 << VALUE_SHIFT);
/** A patch never has more cells a side: a larger object is remembered more coarsely. */
const PATCH_SIDE = 160;
/** Cells over all patches of a session; the least recently seen go first. */
const PATCH_CELLS = 1 << 19;
/** An object seen through a cell is sure of it from this opacity on. */
export const OPACITY_STEP = 48;

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
  /** Frame in which an object last showed this patch. */
  used = 0;

  constructor(
    readonly key: string,
    readonly width: number,
    readonly height: number,
  ) {
    const cells = width * height;
    this.value = new Uint16Array(3 * cells);
    this.confidence = new Uint8Array(cells);
    this.opacity = new Int8Array(cells);
    this.seen = new Int32Array(cells);
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
  id: number;
  alpha: number;
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
    const sx = ((object.flipX ? -1 : 1) * patch.width) / object.width;
    const sy = ((object.flipY ? -1 : 1) * patch.height) / object.height;
    const ox = (object.flipX ? 1 - object.originX : object.originX) * patch.width;
    const oy = (object.flipY ? 1 - object.originY : object.originY) * patch.height;
    const xu = cos * sx;
    const xv = sin * sx;
    const yu = -sin * sy;
    const yv = cos * sy;
    const dx = 0.5 - px;
    const dy = 0.5 - py;
    return {
      patch,
      id: object.id,
      alpha: object.alpha,
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

  /** Draws the object over `rgb`, `confidence` and `age`; what it is not known to look like stays, at low confidence. */
  compose(placed: PlacedObject, width: number, frame: number, rgb: Uint8ClampedArray, confidence: Uint8Array, age: Uint8Array): void {
    const { patch, left, top, right, bottom, xu, xv, yu, yv, alpha } = placed;
    const { value, opacity, confidence: known, seen, width: pw, height: ph } = patch;
    for (let v = top; v < bottom; v++) {
      for (let u = left; u < right; u++) {
        const x = placed.x0 + xu * u + xv * v;
        const y = placed.y0 + yu * u + yv * v;
        const cx = Math.floor(x);
        const cy = Math.floor(y);
        if (cx < 0 || cy < 0 || cx >= pw || cy >= ph) continue;
        const cell = cy * pw + cx;
        const at = v * width + u;
        if (known[cell] === 0) {
          if (confidence[at] > UNKNOWN_COVER) confidence[at] = UNKNOWN_COVER;
          continue;
        }
        if (opacity[cell] <= 0) continue;
        // Bilinear over the opaque neighbours.
        const fx = x - 0.5;
        const fy = y - 0.5;
        const ix = Math.floor(fx);
        const iy = Math.floor(fy);
        const dx = fx - ix;
        const dy = fy - iy;
        let sum = 0;
        let r = 0;
        let g = 0;
        let b = 0;
        for (let j = 0; j < 2; j++) {
          const yy = iy + j;
          if (yy < 0 || yy >= ph) continue;
          const wy = j ? dy : 1 - dy;
          for (let i = 0; i < 2; i++) {
            const xx = ix + i;
            if (xx < 0 || xx >= pw) continue;
            const w = wy * (i ? dx : 1 - dx);
            const n = yy * pw + xx;
            if (w < 0.03 || known[n] === 0 || opacity[n] <= 0) continue;
            sum += w;
            r += w * value[3 * n];
            g += w * value[3 * n + 1];
            b += w * value[3 * n + 2];
          }
        }
        if (sum === 0) continue;
        const scale = (alpha * DOWN) / sum;
        const to = 3 * at;
        const through = 1 - alpha;
        rgb[to] = r * scale + through * rgb[to];
        rgb[to + 1] = g * scale + through * rgb[to + 1];
        rgb[to + 2] = b * scale + through * rgb[to + 2];
        confidence[at] = alpha > 0.9 ? known[cell] : Math.min(known[cell], Math.max(confidence[at], 1));
        age[at] = Math.min(255, frame - seen[cell]);
      }
    }
  }

  /** Writes all patches. */
  save(writer: ByteWriter): void {
    writer.varint(this.patches.size);
    for (const patch of this.patches.values()) {
      writeText(writer, patch.key);
      writer.varint(patch.width);
      writer.varint(patch.height);
      writer.i32(patch.used);
      for (const array of [patch.value, patch.confidence, patch.opacity, patch.seen]) writeArray(writer, array);
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
      const patch = new Patch(key, width, height);
      patch.used = reader.i32('patch use');
      for (const array of [patch.value, patch.confidence, patch.opacity, patch.seen]) readArray(reader, array, 'patch');
      this.patches.set(key, patch);
    }
  }

  private patchOf(object: TrackedObject, frame: number): Patch {
    // A nameless texture (dynamic text) belongs to its object alone.
    const texture = object.texture === '' ? `#${object.id}` : object.texture;
    const key = object.tint === 0xffffff ? `${texture}|${object.frame}` : `${texture}|${object.frame}|${object.tint}`;
    let patch = this.patches.get(key);
    if (!patch) {
      patch = new Patch(key, patchSide(object.width), patchSide(object.height));
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

/** Confidence left to what lies behind an object nobody has looked at yet. */
const UNKNOWN_COVER = 40;

function patchSide(size: number): number {
  return Math.max(1, Math.min(PATCH_SIDE, Math.round(size)));
}

/**
 * One sample against one placed object. Returns true when the object explains the sample (it is the object's own
 * colour), false when the sample came from what lies behind. `below` is the prediction behind the object.
 */
export function observeObject(
  placed: PlacedObject,
  u: number,
  v: number,
  sample: { r: number; g: number; b: number; tolerance: number; exact: boolean },
  below: { r: number; g: number; b: number; confidence: number },
  frame: number,
): 'outside' | 'behind' | 'new' | 'same' | 'changed' {
  const { patch } = placed;
  const x = placed.x0 + placed.xu * u + placed.xv * v;
  const y = placed.y0 + placed.yu * u + placed.yv * v;
  const cx = Math.floor(x);
  const cy = Math.floor(y);
  if (cx < 0 || cy < 0 || cx >= patch.width || cy >= patch.height) return 'outside';
  const cell = cy * patch.width + cx;
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

function clamp8(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function clampValue(value: number): number {
  return value < 0 ? 0 : value > 255 << VALUE_SHIFT ? 255 << VALUE_SHIFT : value;
}
