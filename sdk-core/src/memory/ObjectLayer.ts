import { type ByteReader, type ByteWriter, SgapsError, type TrackedObject } from '@sgaps/protocol';
import { type CellArea, readCells, writeCells } from '../snapshot/cellBytes.js';
import { readArray, readText, writeArray, writeText } from '../snapshot/snapshotBytes.js';
import { blend, isGivenUp, Patch, TILE_RING_HEIGHT, TILE_RING_WIDTH } from './Patch.js';
import { boundObject, cellOf, type PixelBounds, type PlacedObject, placePatch } from './PlacedObject.js';
import type { Prediction } from './Prediction.js';

/** A patch never has more cells a side, or in all: a larger object is remembered more coarsely. */
const PATCH_SIDE = 2048;
const PATCH_AREA = 1 << 18;
/** Cells over all patches of a session; the least recently seen go first. */
const PATCH_CELLS = 1 << 20;

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
  /** By texture, frame and tint. */
  readonly patches = new Map<string, Patch>();
  private readonly colour = new Float64Array(3);
  private readonly bounds: PixelBounds = { left: 0, top: 0, right: 0, bottom: 0 };
  private cells = 0;

  /** Puts an object on the screen; null when no pixel of the grid can show it. */
  place(object: TrackedObject, viewX: number, viewY: number, width: number, height: number, frame: number): PlacedObject | null {
    if (!boundObject(object, viewX, viewY, width, height, this.bounds)) return null;
    return placePatch(object, this.patchOf(object, frame), viewX, viewY, this.bounds);
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
  save(writer: ByteWriter, frame: number): void {
    writer.varint(this.patches.size);
    for (const patch of this.patches.values()) {
      writeText(writer, patch.key);
      writer.varint(patch.width);
      writer.varint(patch.height);
      writer.u8(patch.wraps ? 1 : 0);
      writer.i32(patch.used);
      writeArray(writer, patch.blockOpacity);
      writeCells(writer, { ...patch, standing: patch.opacity }, areaOf(patch), frame);
    }
  }

  /** Takes up what `save` wrote. Throws a typed error when the bytes do not fit. */
  restore(reader: ByteReader, frame: number): void {
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
      readArray(reader, patch.blockOpacity, 'patch opacity');
      readCells(reader, { ...patch, standing: patch.opacity }, areaOf(patch), frame);
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

function patchSide(size: number): number {
  return Math.max(1, Math.min(PATCH_SIDE, Math.round(size)));
}

function areaOf(patch: Patch): CellArea {
  return { first: 0, stride: patch.width, columns: patch.width, rows: patch.height };
}
