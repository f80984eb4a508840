import { Camera } from '@babylonjs/core/Cameras/camera.js';
import { FreeCamera } from '@babylonjs/core/Cameras/freeCamera.js';
import type { AbstractEngine } from '@babylonjs/core/Engines/abstractEngine.js';
import { Engine } from '@babylonjs/core/Engines/engine.js';
import { WebGPUEngine } from '@babylonjs/core/Engines/webgpuEngine.js';
import { Color4 } from '@babylonjs/core/Maths/math.color.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { Viewport } from '@babylonjs/core/Maths/math.viewport.js';
import { CreateBox } from '@babylonjs/core/Meshes/Builders/boxBuilder.js';
import { TransformNode } from '@babylonjs/core/Meshes/transformNode.js';
import { Logger } from '@babylonjs/core/Misc/logger.js';
import { ImageProcessingPostProcess } from '@babylonjs/core/PostProcesses/imageProcessingPostProcess.js';
import { Scene } from '@babylonjs/core/scene.js';
import '@babylonjs/core/Engines/Extensions/engine.readTexture.js';
import '@babylonjs/core/Engines/WebGPU/Extensions/engine.readTexture.js';
import { HybridView, type HybridViewOptions } from '@sgaps/babylon/hybrid';
import {
  LatencyLabel,
  lensOf,
  lookAt,
  type PinholeCamera,
  RemoteView,
  type RemoteViewOptions,
  ReprojectionPass,
  widen,
} from '@sgaps/client/view';
import { BOX_SIDE, type Box, BoxPainter, untidy } from './BoxPainter.js';
import { addHud, paintOf } from './babylonParts.js';

export const COLUMNS = 320;
export const ROWS = 180;
const FIELD_OF_VIEW = 0.9;
const [NEAR, FAR] = [0.1, 100];
const GROUND = [51, 102, 153] as const;

Logger.LogLevels = Logger.ErrorLogLevel;

/** Where somebody stands in the remote world, and what they look at. */
export interface Pose {
  readonly eye: readonly [number, number, number];
  readonly target: readonly [number, number, number];
  /** Where up is: by default −y. */
  readonly up?: readonly [number, number, number];
}

export interface SurfaceOptions extends RemoteViewOptions {
  readonly boxes: readonly Box[];
  readonly rightHanded?: boolean;
  readonly axes?: HybridViewOptions['axes'];
  readonly showLatency?: boolean;
  readonly background?: 'remote' | 'local';
  readonly margin?: number;
  // Without an engine alone:
  /** Whatever a page may have set before the frame is drawn. */
  readonly untidy?: boolean;
  // Of Babylon alone:
  readonly reverseDepth?: boolean;
  readonly antialias?: boolean;
  /** Draws into a texture of this part of the canvas's size, and that on the canvas. */
  readonly post?: number;
  /** Draws on the left half of the canvas only, */
  readonly half?: boolean;
  /** Another wall, so much farther. */
  readonly second?: number;
  /** Groups after the first do not clear depth. */
  readonly keepsDepth?: boolean;
  /** Draws on an `OffscreenCanvas`. */
  readonly offscreen?: boolean;
  /** Another camera, without perspective, draws a cyan square of its own at the lower right. */
  readonly hud?: boolean;
}

/** A canvas that shows a remote scene among boxes of its own. */
export interface Surface {
  readonly view: RemoteView;
  /** Where it is looked from with the next `draw`. */
  place(pose: Pose): void;
  /** Asks for what is seen, and draws the frame that is there. */
  draw(reproject: boolean): void;
  /** RGBA, first row first; in the task that drew it. */
  pixels(): Promise<Uint8Array>;
  loseContext(): Promise<void>;
  resize(columns: number, rows: number): void;
  /** A camera without perspective, or with. */
  flatten(isFlat: boolean): void;
  /** Codes of the errors that were told so far. */
  told(): readonly string[];
  /** Things that are held for it, textures, listeners, elements: before the view was there, and now. */
  held(): { readonly before: Record<string, number>; readonly now: Record<string, number> };
  /** GL errors so far. */
  errors(): number;
  /** Ends the view only. */
  dispose(): Promise<void>;
  end(): void;
}

export function cameraOf({ eye, target, up }: Pose, columns = COLUMNS, rows = ROWS): PinholeCamera {
  return { ...lensOf(FIELD_OF_VIEW, columns, rows), view: lookAt(eye, target, up) };
}

function newCanvas(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = COLUMNS;
  canvas.height = ROWS;
  document.body.append(canvas);
  return canvas;
}

/** Gone for a moment, and back. */
async function lose(gl: WebGL2RenderingContext): Promise<void> {
  const extension = gl.getExtension('WEBGL_lose_context');
  extension?.loseContext();
  await new Promise((resolve) => setTimeout(resolve, 200));
  extension?.restoreContext();
  await new Promise((resolve) => setTimeout(resolve, 200));
}

export async function plainSurface(options: SurfaceOptions): Promise<Surface> {
  const view = await RemoteView.open(options);
  const canvas = newCanvas();
  const gl = canvas.getContext('webgl2', { antialias: false, preserveDrawingBuffer: true }) as WebGL2RenderingContext;
  const pass = new ReprojectionPass(gl);
  const label = options.showLatency ? new LatencyLabel(view, canvas) : null;
  let boxes = new BoxPainter(gl);
  canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
  canvas.addEventListener('webglcontextrestored', () => {
    boxes = new BoxPainter(gl);
  });
  let camera = cameraOf({ eye: [0, 0, 0], target: [0, 0, 6] });
  let pose: Pose = { eye: [0, 0, 0], target: [0, 0, 6] };
  return {
    view,
    place(next) {
      pose = next;
      camera = cameraOf(pose, canvas.width, canvas.height);
    },
    draw(reproject) {
      view.look(widen(camera, options.margin ?? 0.1));
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(GROUND[0] / 255, GROUND[1] / 255, GROUND[2] / 255, 1);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
      const { frame } = view;
      const seen = reproject || !frame ? camera : { ...camera, view: frame.camera.view };
      if (options.untidy) untidy(gl);
      if (frame) pass.draw(frame, seen, { near: NEAR, far: FAR, background: options.background });
      boxes.draw(camera, NEAR, FAR, options.boxes);
      pass.blend();
    },
    async pixels() {
      const { width, height } = canvas;
      const read = new Uint8Array(4 * width * height);
      gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, read);
      return turned(read, width, height);
    },
    loseContext: () => lose(gl),
    resize(columns, rows) {
      canvas.width = columns;
      canvas.height = rows;
      camera = cameraOf(pose, columns, rows);
    },
    flatten: () => undefined,
    told: () => [],
    held: () => ({ before: { labels: 0 }, now: { labels: countLabels() } }),
    errors: () => errorsOf(gl),
    async dispose() {
      label?.dispose();
      pass.dispose();
      await view.dispose();
    },
    end: () => canvas.remove(),
  };
}

export async function babylonSurface(kind: 'webgl2' | 'webgpu', options: SurfaceOptions): Promise<Surface> {
  const canvas = newCanvas();
  let engine: AbstractEngine;
  if (kind === 'webgpu') {
    const made = new WebGPUEngine(canvas, { antialias: options.antialias ?? false, adaptToDeviceRatio: false });
    await made.initAsync();
    engine = made;
  } else
    engine = new Engine(
      options.offscreen ? (canvas.transferControlToOffscreen() as unknown as HTMLCanvasElement) : canvas,
      options.antialias ?? false,
      { doNotHandleContextLost: false, preserveDrawingBuffer: true },
      false,
    );
  engine.useReverseDepthBuffer = options.reverseDepth ?? false;
  const scene = new Scene(engine);
  scene.useRightHandedSystem = options.rightHanded ?? false;
  scene.clearColor = new Color4(GROUND[0] / 255, GROUND[1] / 255, GROUND[2] / 255, 1);
  const camera = new FreeCamera('camera', Vector3.Zero(), scene);
  camera.fov = FIELD_OF_VIEW;
  camera.minZ = NEAR;
  camera.maxZ = FAR;
  if (options.half) camera.viewport = new Viewport(0, 0, 0.5, 1);
  if (options.hud) addHud(scene, camera, COLUMNS, ROWS);
  if (options.post) new ImageProcessingPostProcess('post', options.post, camera);
  // As `HybridView` says: the remote y, or z, points the other way.
  const isDown = (options.axes ?? 'y-down') === 'y-down';
  const hand = scene.useRightHandedSystem ? -1 : 1;
  const [y, z] = isDown ? [-1, hand] : [1, -hand];
  const own = ([a, b, c]: readonly [number, number, number]) => new Vector3(a, y * b, z * c);
  if (options.keepsDepth) scene.setRenderingAutoClearDepthStencil(1, false);
  for (const [i, { at, colour, group = 0 }] of options.boxes.entries()) {
    const box = CreateBox(`box ${i}`, { size: BOX_SIDE }, scene);
    box.position = own(at);
    box.renderingGroupId = group;
    box.material = paintOf(scene, colour);
  }
  await scene.whenReadyAsync(true);
  const count = () => ({
    labels: countLabels(),
    textures: engine.getLoadedTexturesCache().length,
    sceneTextures: scene.textures.length,
    draws: scene.onBeforeDrawPhaseObservable.observers.length,
    drawn: scene.onAfterDrawPhaseObservable.observers.length,
    groups: scene.onBeforeRenderingGroupObservable.observers.length,
    disposals: scene.onDisposeObservable.observers.length,
    restorations: engine.onContextRestoredObservable.observers.length,
  });
  const before = count();
  const { boxes: _, rightHanded: __, ...rest } = options;
  const hybrid = new HybridView('remote', rest, scene);
  const told: string[] = [];
  hybrid.onErrorObservable.add(({ code }) => told.push(code));
  if (options.second) {
    const root = new TransformNode('root', scene);
    root.position = own([0, 0, options.second]);
    await new HybridView('second', { ...rest, root, background: 'local' }, scene).ready;
  }
  const view = await hybrid.ready.catch((error: unknown) => {
    engine.dispose();
    canvas.remove();
    throw error;
  });
  const gl = (engine as unknown as { _gl?: WebGL2RenderingContext })._gl;
  return {
    view,
    place({ eye, target }) {
      camera.position = own(eye);
      camera.setTarget(own(target));
    },
    draw(reproject) {
      hybrid.reproject = reproject;
      engine.beginFrame();
      scene.render();
      engine.endFrame();
    },
    async pixels() {
      const [width, height] = [engine.getRenderWidth(), engine.getRenderHeight()];
      const read = new Uint8Array((await engine.readPixels(0, 0, width, height, true, true)) as Uint8Array);
      return gl ? turned(read, width, height) : rgba(read);
    },
    async loseContext() {
      if (gl) return lose(gl);
      const back = new Promise<void>((resolve) => engine.onContextRestoredObservable.addOnce(() => resolve()));
      (engine as unknown as { _device: { destroy(): void } })._device.destroy();
      await back;
    },
    resize: (columns, rows) => engine.setSize(columns, rows),
    flatten(isFlat) {
      camera.mode = isFlat ? Camera.ORTHOGRAPHIC_CAMERA : Camera.PERSPECTIVE_CAMERA;
    },
    told: () => told,
    held: () => ({ before, now: count() }),
    errors: () => (gl ? errorsOf(gl) : 0),
    async dispose() {
      hybrid.dispose();
      await view.dispose();
    },
    end() {
      engine.dispose();
      canvas.remove();
    },
  };
}

function countLabels(): number {
  return document.querySelectorAll('.sgaps-latency').length;
}

/** Last row first. */
function turned(read: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array(read.length);
  for (let row = 0; row < height; row++)
    out.set(read.subarray(4 * width * row, 4 * width * (row + 1)), 4 * width * (height - 1 - row));
  return out;
}

/** WebGPU reads blue first where the canvas has it so. */
function rgba(read: Uint8Array): Uint8Array {
  const { gpu } = navigator as unknown as { gpu: { getPreferredCanvasFormat(): string } };
  if (gpu.getPreferredCanvasFormat() === 'bgra8unorm')
    for (let i = 0; i < read.length; i += 4) [read[i], read[i + 2]] = [read[i + 2], read[i]];
  return read;
}

function errorsOf(gl: WebGL2RenderingContext): number {
  let errors = 0;
  while (gl.getError() !== gl.NO_ERROR && !gl.isContextLost()) errors++;
  return errors;
}
