import { type FrameStateBuffer, ObjectTracker } from '@sgaps/client';
import type { CaptureGrid, Tier } from '@sgaps/protocol';
import { LIMITS } from '@sgaps/protocol/vocabulary';
import type { CameraView } from './CameraReader.js';
import type { ObjectShape } from './shapes.js';

/** Types with a texture whose picture is not simply that texture's frame. */
const NOT_PICTURES: ReadonlySet<string> = new Set([
  'BitmapText',
  'DynamicBitmapText',
  'Blitter',
  'Extern',
  'Graphics',
  'Mesh',
  'SgapsReplay',
  'Mesh2D',
  'ParticleEmitter',
  'Plane',
  'PointLight',
  'Rope',
  'Shader',
  'SpriteGPULayer',
  'TilemapGPULayer',
  'TilemapLayer',
  'Video',
]);
/** Types drawn at their frame's size times scale, whatever their `width` says. */
const FRAME_SIZED: ReadonlySet<string> = new Set(['Image', 'Sprite', 'PathFollower']);
/** Containers within containers that are followed. */
const DEPTH = 16;
const WHITE = 0xffffff;

/**
 * Reports what the cameras show as tracked objects, furthest back first, in the layer space of the main camera.
 *
 * Reported: visible objects drawn from a texture with normal blending, within containers and layers too. Not reported:
 * graphics, tilemaps, particles, meshes, video, bitmap text, objects with another blend mode. What another than the main camera
 * shows has scroll factor 0 (it hangs on the screen); such a camera with a viewport smaller than the canvas reports only
 * what lies wholly within it. What is hidden is not reported, nor anything within a hidden container.
 *
 * @example
 * ```ts
 * objects.read(cameras.views, cameras.main, game.canvas, grid, state);
 * ```
 */
export class ObjectReader {
  readonly #tracker = new ObjectTracker();
  readonly #tags = new WeakMap<object, number>();
  readonly #names = new Map<string | number, string>();
  /** One 2D matrix of six numbers for each level of containers. */
  readonly #matrices = new Float64Array(6 * (DEPTH + 1));
  #nextId = 1;
  #gx = 1;
  #gy = 1;
  #width = 0;
  #height = 0;
  #view!: CameraView;
  #isMain = false;
  #isHidden: ((object: ObjectShape) => boolean) | null = null;

  /** Tags an object with a tier (S5); `null` takes the tag away. */
  tag(object: object, tier: Tier | null): void {
    if (tier === null) this.#tags.delete(object);
    else this.#tags.set(object, tier + 1);
  }

  read(
    views: readonly CameraView[],
    main: CameraView | null,
    canvas: { readonly width: number; readonly height: number },
    grid: CaptureGrid,
    out: FrameStateBuffer,
    isHidden: ((object: ObjectShape) => boolean) | null = null,
  ): void {
    this.#isHidden = isHidden;
    this.#width = canvas.width;
    this.#height = canvas.height;
    this.#gx = grid.width / canvas.width;
    this.#gy = grid.height / canvas.height;
    this.#tracker.begin(out);
    for (const view of views) {
      this.#view = view;
      this.#isMain = view === main;
      const list = view.systems.displayList?.list;
      if (list) this.#walk(list, 0, view.camera.alpha, 1, 1);
    }
    this.#tracker.end();
  }

  #walk(list: readonly ObjectShape[], depth: number, alpha: number, factorX: number, factorY: number): void {
    const { camera } = this.#view;
    for (let i = 0; i < list.length; i++) {
      const object = list[i];
      if ((depth === 0 && this.#isFarAway(object)) || !object.willRender(camera)) continue;
      if (this.#isHidden?.(object)) continue;
      if (object.type === 'Layer') {
        if (object.list) this.#walk(object.list, depth, alpha * object.alpha, factorX, factorY);
      } else if (object.type === 'Container') {
        if (!object.list || depth === DEPTH) continue;
        this.#push(object, depth);
        this.#walk(object.list, depth + 1, alpha * object.alpha, factorX * object.scrollFactorX, factorY * object.scrollFactorY);
      } else if (!NOT_PICTURES.has(object.type)) {
        this.#report(object, depth, alpha * object.alpha, factorX * object.scrollFactorX, factorY * object.scrollFactorY);
      }
    }
  }

  /** A first look with few reads: most objects of a large world are nowhere near the camera. */
  #isFarAway(object: ObjectShape): boolean {
    const view = this.#view;
    const { frame, x } = object;
    if (!frame || view.b !== 0 || object.type === 'Container') return false;
    const byFrame = FRAME_SIZED.has(object.type);
    const width = (byFrame ? frame.realWidth : object.width) * object.scaleX;
    const height = (byFrame ? frame.realHeight : object.height) * object.scaleY;
    const reach = (Math.abs(width) + Math.abs(height)) * view.zoomX;
    const sx = view.a * (x + view.scrollX * (1 - object.scrollFactorX)) + view.tx;
    return sx + reach < 0 || sx - reach > this.#width;
  }

  /** Matrix of level `depth` + 1 = matrix of level `depth` · the container's own. */
  #push(object: ObjectShape, depth: number): void {
    const m = this.#matrices;
    const from = 6 * depth;
    const to = from + 6;
    const cos = Math.cos(object.rotation);
    const sin = Math.sin(object.rotation);
    const a = cos * object.scaleX;
    const b = sin * object.scaleX;
    const c = -sin * object.scaleY;
    const d = cos * object.scaleY;
    if (depth === 0) {
      m[to] = a;
      m[to + 1] = b;
      m[to + 2] = c;
      m[to + 3] = d;
      m[to + 4] = object.x;
      m[to + 5] = object.y;
      return;
    }
    m[to] = m[from] * a + m[from + 2] * b;
    m[to + 1] = m[from + 1] * a + m[from + 3] * b;
    m[to + 2] = m[from] * c + m[from + 2] * d;
    m[to + 3] = m[from + 1] * c + m[from + 3] * d;
    m[to + 4] = m[from] * object.x + m[from + 2] * object.y + m[from + 4];
    m[to + 5] = m[from + 1] * object.x + m[from + 3] * object.y + m[from + 5];
  }

  #report(object: ObjectShape, depth: number, alpha: number, factorX: number, factorY: number): void {
    const texture = object.displayTexture ?? object.texture;
    const frame = object.displayFrame ?? object.frame;
    if (!texture || !frame || texture.key === '__DEFAULT' || texture.key === '__MISSING' || alpha <= 0) return;
    if (object.blendMode !== undefined && object.blendMode !== 0 && object.blendMode !== -1) return;
    const view = this.#view;

    // World place, size, turn and flips.
    let { x, y, rotation, scaleX, scaleY } = object;
    if (depth > 0) {
      this.#push(object, depth);
      const m = this.#matrices;
      const at = 6 * (depth + 1);
      x = m[at + 4];
      y = m[at + 5];
      rotation = Math.atan2(m[at + 1], m[at]);
      scaleX = Math.sqrt(m[at] ** 2 + m[at + 1] ** 2);
      scaleY = (m[at] * m[at + 3] - m[at + 1] * m[at + 2] < 0 ? -1 : 1) * Math.sqrt(m[at + 2] ** 2 + m[at + 3] ** 2);
    }
    const byFrame = FRAME_SIZED.has(object.type);
    const width = (byFrame ? frame.realWidth : object.width) * Math.abs(scaleX) * view.zoomX;
    const height = (byFrame ? frame.realHeight : object.height) * Math.abs(scaleY) * view.zoomY;
    if (!(width > 0) || !(height > 0)) return;
    const originX = scaleX < 0 ? 1 - object.originX : object.originX;
    const originY = scaleY < 0 ? 1 - object.originY : object.originY;

    // Phaser 3 draws sprites at whole world places when its camera rounds.
    if (depth === 0 && byFrame && view.camera.roundPixels && !object.willRoundVertices) {
      x = Math.floor(x);
      y = Math.floor(y);
    }

    // Pivot on the canvas, and whether anything of the object can be seen.
    const wx = x + view.scrollX * (1 - factorX);
    const wy = y + view.scrollY * (1 - factorY);
    let sx = view.a * wx + view.c * wy + view.tx;
    let sy = view.b * wx + view.d * wy + view.ty;
    const turn = rotation + view.rotation;
    if (view.camera.roundPixels && turn === 0 && this.#isRounded(object, scaleX === 1 && scaleY === 1)) {
      sx = Math.round(sx - originX * width) + originX * width;
      sy = Math.round(sy - originY * height) + originY * height;
    }
    if (!this.#inSight(sx, sy, width, height, originX, originY, turn)) return;

    const tracked = this.#tracker.add();
    if (!tracked) return;
    tracked.id = this.#idOf(object);
    tracked.texture = this.#name(texture.key);
    tracked.frame = frame.name === '__BASE' ? '' : this.#name(frame.name);
    if (this.#isMain) {
      tracked.x = this.#gx * ((view.rotation === 0 ? sx : view.zoomX * wx - view.viewX) + factorX * view.viewX);
      tracked.y = this.#gy * ((view.rotation === 0 ? sy : view.zoomY * wy - view.viewY) + factorY * view.viewY);
      tracked.rotation = rotation;
      tracked.scrollFactorX = factorX;
      tracked.scrollFactorY = factorY;
    } else {
      tracked.x = this.#gx * sx;
      tracked.y = this.#gy * sy;
      tracked.rotation = turn;
      tracked.scrollFactorX = tracked.scrollFactorY = 0;
    }
    tracked.width = this.#gx * width;
    tracked.height = this.#gy * height;
    tracked.originX = originX;
    tracked.originY = originY;
    tracked.flipX = (object.flipX === true) !== scaleX < 0;
    tracked.flipY = (object.flipY === true) !== scaleY < 0;
    tracked.alpha = Math.min(1, alpha);
    tracked.tint = tintOf(object);
    const tiled = object.tilePositionX !== undefined;
    tracked.tileX = tiled ? tileOffset(object.tilePositionX, object.tileScaleX, scaleX) * view.zoomX * this.#gx : 0;
    tracked.tileY = tiled ? tileOffset(object.tilePositionY, object.tileScaleY, scaleY) * view.zoomY * this.#gy : 0;
    tracked.tag = this.#tags.get(object) ?? 0;
  }

  /** Phaser 4 rounds what is only moved; Phaser 3 everything a camera with `roundPixels` shows. */
  #isRounded(object: ObjectShape, unscaled: boolean): boolean {
    if (!object.willRoundVertices) return true;
    const { camera, plain } = this.#view;
    return object.willRoundVertices(camera, plain && unscaled && !object.flipX && !object.flipY);
  }

  #inSight(sx: number, sy: number, width: number, height: number, originX: number, originY: number, turn: number): boolean {
    const { camera, whole } = this.#view;
    let left = originX * width;
    let right = (1 - originX) * width;
    let up = originY * height;
    let down = (1 - originY) * height;
    if (turn !== 0) left = right = up = down = Math.sqrt(Math.max(left, right) ** 2 + Math.max(up, down) ** 2);
    const x0 = Math.max(0, camera.x);
    const y0 = Math.max(0, camera.y);
    const x1 = Math.min(this.#width, camera.x + camera.width);
    const y1 = Math.min(this.#height, camera.y + camera.height);
    if (!whole && !this.#isMain) return sx - left >= x0 && sx + right <= x1 && sy - up >= y0 && sy + down <= y1;
    return sx + right > x0 && sx - left < x1 && sy + down > y0 && sy - up < y1;
  }

  #idOf(object: ObjectShape): number {
    const ids = this.#view.objectIds;
    let id = ids.get(object);
    if (id === undefined) {
      id = this.#nextId++ >>> 0;
      ids.set(object, id);
    }
    return id;
  }

  /** A name as the protocol takes it: a string of bounded length, made once. */
  #name(name: string | number): string {
    let known = this.#names.get(name);
    if (known === undefined) {
      if (this.#names.size >= LIMITS.names) this.#names.clear();
      known = String(name).slice(0, LIMITS.nameLength);
      this.#names.set(name, known);
    }
    return known;
  }
}

function tintOf(object: ObjectShape): number {
  const { tintTopLeft: tint } = object;
  if (tint === undefined || object.tintFill === true || (object.tintMode ?? 0) !== 0) return WHITE;
  const uniform = tint === object.tintTopRight && tint === object.tintBottomLeft && tint === object.tintBottomRight;
  return uniform ? tint & WHITE : WHITE;
}

function tileOffset(position = 0, tileScale = 1, scale = 1): number {
  return position * tileScale * Math.abs(scale);
}
