import type { FrameStateBuffer } from '@sgaps/client';
import type { CaptureGrid } from '@sgaps/protocol';
import type { CameraShape, GameShape, SystemsShape } from './shapes.js';

/** Phaser's scene states between which a scene is drawn: LOADING … before SLEEPING. */
const DRAWN_FROM = 3;
const DRAWN_BELOW = 7;
/** Share of the canvas a camera must cover to become the main one. */
const MAIN_SHARE = 0.4;

/**
 * One camera of this frame, with its transform in canvas pixels: screen = M · (world + scroll · (1 − factor)) + t, and the
 * same without the camera's turn: zoom · (world + scroll · (1 − factor)) − view.
 */
export interface CameraView {
  camera: CameraShape;
  systems: SystemsShape;
  readonly id: number;
  /** Ids of the objects this camera shows. */
  readonly objectIds: WeakMap<object, number>;
  /** It has scrolled since it was first seen. */
  moved: boolean;
  /** Its viewport covers the canvas. */
  whole: boolean;
  /** It neither zooms nor turns. */
  plain: boolean;
  a: number;
  b: number;
  c: number;
  d: number;
  tx: number;
  ty: number;
  zoomX: number;
  zoomY: number;
  rotation: number;
  viewX: number;
  viewY: number;
  scrollX: number;
  scrollY: number;
}

/**
 * Finds the cameras that drew this frame, of all scenes, in draw order, and works out their transforms from the matrices
 * Phaser drew with (zoom, rotation, shake and viewport included).
 *
 * The *main* camera is the first whose viewport covers most of the canvas; when that one never scrolls and another does, the
 * other. It leads `FrameState.cameras`: objects' layer space refers to it.
 *
 * @example
 * ```ts
 * const views = reader.read(game, grid, state);
 * ```
 */
export class CameraReader {
  /** Views of the frame in draw order; valid until the next `read`. */
  readonly views: CameraView[] = [];
  main: CameraView | null = null;
  readonly #known = new WeakMap<CameraShape, CameraView>();
  #nextId = 0;

  /** The cameras that drew this frame, with their transforms. */
  look(game: GameShape): readonly CameraView[] {
    this.views.length = 0;
    const { width, height } = game.canvas;
    for (const { sys } of game.scene.scenes) {
      const { visible, status } = sys.settings;
      if (!visible || status < DRAWN_FROM || status >= DRAWN_BELOW || !sys.cameras) continue;
      for (const camera of sys.cameras.cameras) {
        if (camera.visible && camera.alpha > 0) this.views.push(this.#view(camera, sys, width, height));
      }
    }
    return this.views;
  }

  /** The same, and adds them to the frame's state, the main one first. */
  read(game: GameShape, grid: CaptureGrid, out: FrameStateBuffer): readonly CameraView[] {
    const { width, height } = game.canvas;
    this.look(game);
    this.#chooseMain(width * height);
    const gx = grid.width / width;
    const gy = grid.height / height;
    if (this.main) describe(this.main, gx, gy, out);
    for (const view of this.views) if (view !== this.main) describe(view, gx, gy, out);
    return this.views;
  }

  #view(camera: CameraShape, systems: SystemsShape, width: number, height: number): CameraView {
    let view = this.#known.get(camera);
    if (!view) {
      view = newView(camera, systems, this.#nextId++);
      this.#known.set(camera, view);
    } else if (view.scrollX !== camera.scrollX || view.scrollY !== camera.scrollY) {
      view.moved = true;
    }
    view.systems = systems;
    view.whole = camera.x <= 0 && camera.y <= 0 && camera.x + camera.width >= width && camera.y + camera.height >= height;
    transform(view, camera);
    return view;
  }

  #chooseMain(canvasArea: number): void {
    let first: CameraView | null = null;
    let moving: CameraView | null = null;
    let kept = false;
    for (const view of this.views) {
      if (view.camera.width * view.camera.height < MAIN_SHARE * canvasArea) continue;
      first ??= view;
      if (view.moved) moving ??= view;
      kept ||= view === this.main;
    }
    if (kept && (this.main?.moved || !moving)) return;
    this.main = moving ?? first ?? this.views[0] ?? null;
  }
}

function newView(camera: CameraShape, systems: SystemsShape, id: number): CameraView {
  return {
    camera,
    systems,
    id,
    objectIds: new WeakMap(),
    moved: false,
    whole: true,
    plain: true,
    a: 1,
    b: 0,
    c: 0,
    d: 1,
    tx: 0,
    ty: 0,
    zoomX: 1,
    zoomY: 1,
    rotation: 0,
    viewX: 0,
    viewY: 0,
    scrollX: camera.scrollX,
    scrollY: camera.scrollY,
  };
}

function transform(view: CameraView, camera: CameraShape): void {
  const { a, b, c, d, e, f } = camera.matrixCombined ?? camera.matrix;
  const { scrollX, scrollY } = camera;
  const scrolled = camera.matrixCombined !== undefined;
  view.a = a;
  view.b = b;
  view.c = c;
  view.d = d;
  view.tx = scrolled ? e : e - a * scrollX - c * scrollY;
  view.ty = scrolled ? f : f - b * scrollX - d * scrollY;
  view.scrollX = scrollX;
  view.scrollY = scrollY;
  view.zoomX = Math.sqrt(a * a + b * b);
  view.zoomY = Math.sqrt(c * c + d * d);
  view.plain = a === 1 && b === 0 && c === 0 && d === 1;
  view.rotation = b === 0 && a > 0 ? 0 : Math.atan2(b, a);
  // view = R⁻¹(m − t) − m, m the middle of the viewport.
  const mx = camera.x + camera.width / 2;
  const my = camera.y + camera.height / 2;
  const cos = Math.cos(view.rotation);
  const sin = Math.sin(view.rotation);
  view.viewX = cos * (mx - view.tx) + sin * (my - view.ty) - mx;
  view.viewY = cos * (my - view.ty) - sin * (mx - view.tx) - my;
  // With rounded pixels everything that stands still is drawn as if the view were whole.
  if (camera.roundPixels && view.plain) {
    view.viewX = -Math.round(-view.viewX);
    view.viewY = -Math.round(-view.viewY);
  }
}

function describe(view: CameraView, gx: number, gy: number, out: FrameStateBuffer): void {
  const camera = out.addCamera();
  camera.id = view.id;
  camera.viewX = view.viewX * gx;
  camera.viewY = view.viewY * gy;
  camera.zoom = view.zoomX;
  camera.rotation = view.rotation;
  camera.x = Math.round(view.camera.x * gx);
  camera.y = Math.round(view.camera.y * gy);
  camera.width = Math.round(view.camera.width * gx);
  camera.height = Math.round(view.camera.height * gy);
}
