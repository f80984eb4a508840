import { FreeCamera } from '@babylonjs/core/Cameras/freeCamera.js';
import type { AbstractEngine } from '@babylonjs/core/Engines/abstractEngine.js';
import { Engine } from '@babylonjs/core/Engines/engine.js';
import { RegisterCoreEngineExtensions } from '@babylonjs/core/Engines/engineRegistration.pure.js';
import '@babylonjs/core/Engines/Extensions/engine.uniformBuffer.js';
import { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import { Texture } from '@babylonjs/core/Materials/Textures/texture.js';
import { Color3, Color4 } from '@babylonjs/core/Maths/math.color.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { CreatePlane } from '@babylonjs/core/Meshes/Builders/planeBuilder.js';
import type { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import { Logger } from '@babylonjs/core/Misc/logger.js';
import { Scene } from '@babylonjs/core/scene.js';
import { AdvancedDynamicTexture } from '@babylonjs/gui/2D/advancedDynamicTexture.js';
import {
  ReplayLayer,
  type ReplayLayerOptions,
  ReplayScreenBehavior,
  type ReplayScreenOptions,
  ReplayTexture,
} from '@sgaps/babylon/replay';
import { ReplayTimeline } from '@sgaps/babylon/replay-timeline';
import { type ReplayInfo, type ReplayListener, ReplayPlayer, type ReplaySource } from '@sgaps/client/player';
import { SgapsError } from '@sgaps/protocol';

const FPS = 10;
const DURATION = 8;
const NEAREST = Texture.NEAREST_SAMPLINGMODE;
/** The scene's ground colour, that of a mesh in front, and of a frame around a picture. */
const GROUND = [51, 102, 153] as const;
const MESH = [255, 0, 255] as const;
const FRAME = [255, 204, 0] as const;

Logger.LogLevels = Logger.ErrorLogLevel;
// With the uniform buffers above what a game needs to draw anything at all, where its engine has no side effects.
RegisterCoreEngineExtensions();

/** Every pixel tells where it is and of which frame. */
function pixelOf(frameId: number, x: number, y: number): [number, number, number] {
  return [(x * 7 + frameId * 13) & 255, (y * 11 + x) & 255, (frameId * 29 + y) & 255];
}

interface SourceOptions {
  readonly width?: number;
  readonly height?: number;
  readonly growing?: boolean;
  readonly fault?: 'open';
}

/** Frames by their time, made on the spot. */
class FakeSource implements ReplaySource {
  readonly width: number;
  readonly height: number;
  readonly requests: number[] = [];
  closed = 0;
  /** Lets a source that fails to open do so. */
  release: () => void = () => undefined;
  #listener: ReplayListener | null = null;

  constructor(readonly options: SourceOptions = {}) {
    this.width = options.width ?? 320;
    this.height = options.height ?? 180;
  }

  async open(listener: ReplayListener): Promise<ReplayInfo> {
    if (this.options.fault === 'open') {
      await new Promise<void>((resolve) => {
        this.release = resolve;
      });
      throw new SgapsError('NOT_FOUND', 'There is no recording a1.');
    }
    this.#listener = listener;
    const { width, height } = this;
    const about = { recordingId: 'a1', game: 'test', engine: 'babylon', startedAt: 0, values: [] };
    listener.markers([
      { time: 2, name: 'wave', data: null },
      { time: 5, name: 'boss', data: null },
    ]);
    return { ...about, width, height, fps: FPS, duration: DURATION, growing: this.options.growing ?? false };
  }

  request(time: number): void {
    this.requests.push(time);
    void this.#answer(Math.min(Math.floor(time * FPS + 1e-3), DURATION * FPS - 1));
  }

  overlays(): void {
    // It has none.
  }

  async thumbnail(): Promise<null> {
    return null;
  }

  async close(): Promise<void> {
    this.closed++;
  }

  fail(): void {
    this.#listener?.failed(new SgapsError('CLOSED', 'The server went away.'));
  }

  async #answer(frameId: number): Promise<void> {
    const { width, height } = this;
    const data = new ImageData(width, height);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) data.data.set([...pixelOf(frameId, x, y), 255], 4 * (y * width + x));
    const image = await createImageBitmap(data);
    const previous = frameId > 0 ? (frameId - 1) / FPS : null;
    const next = frameId + 1 < DURATION * FPS ? (frameId + 1) / FPS : null;
    this.#listener?.frame({ image, time: frameId / FPS, frameId, previous, next, depth: null, refined: false });
  }
}

const nextTask = () => new Promise<void>((resolve) => setTimeout(resolve));

async function until(condition: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + 20_000; !condition(); await nextTask())
    if (performance.now() > end) throw new Error(`${what} did not come`);
}

interface Shown {
  readonly pixels: Uint8ClampedArray;
  readonly width: number;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A scene of one colour, drawn when it is asked for. */
class Stage {
  static async start(kind: 'webgl2' | 'webgpu', gui = false): Promise<Stage> {
    const canvas = document.createElement('canvas');
    canvas.width = 320;
    canvas.height = 180;
    document.body.replaceChildren(canvas);
    if (kind === 'webgl2')
      return new Stage(new Engine(canvas, false, { alpha: false, doNotHandleContextLost: false }, false), canvas, gui);
    const { WebGPUEngine } = await import('@babylonjs/core/Engines/webgpuEngine.js');
    const engine = new WebGPUEngine(canvas, { antialias: false, adaptToDeviceRatio: false });
    await engine.initAsync();
    return new Stage(engine, canvas, gui);
  }

  readonly scene: Scene;
  readonly ui: AdvancedDynamicTexture | null;
  uploads = 0;

  private constructor(
    readonly engine: AbstractEngine,
    readonly canvas: HTMLCanvasElement,
    gui: boolean,
  ) {
    this.scene = new Scene(engine);
    this.scene.clearColor = Color4.FromInts(...GROUND, 255);
    const camera = new FreeCamera('camera', new Vector3(0, 0, -10), this.scene);
    camera.mode = FreeCamera.ORTHOGRAPHIC_CAMERA;
    Object.assign(camera, { orthoLeft: -16, orthoRight: 16, orthoTop: 9, orthoBottom: -9 });
    this.ui = gui ? AdvancedDynamicTexture.CreateFullscreenUI('ui', true, this.scene) : null;
    const inner = engine.updateDynamicTexture;
    engine.updateDynamicTexture = (texture, source, ...rest) => {
      if (source instanceof ImageBitmap) this.uploads++;
      inner.call(engine, texture, source, ...rest);
    };
  }

  /** A rectangle in the middle of the scene, 8 by 4.5 of the 32 by 18 that are seen. */
  mesh(size = { width: 8, height: 4.5 }): Mesh {
    const mesh = CreatePlane('mesh', size, this.scene);
    const material = new StandardMaterial('mesh', this.scene);
    material.disableLighting = true;
    material.emissiveColor = Color3.FromInts(...MESH);
    mesh.material = material;
    return mesh;
  }

  /** Draws until what is to be drawn is compiled, and reads it, first row first. */
  async draw(times = 1): Promise<Shown> {
    await this.scene.whenReadyAsync(true);
    await until(() => (this.scene.layers ?? []).every((layer) => layer.isReady()), 'A layer');
    const { width, height } = this.canvas;
    const copy = new OffscreenCanvas(width, height).getContext('2d', { alpha: false, willReadFrequently: true });
    for (let i = 0; i < times; i++) {
      await nextTask();
      this.engine.beginFrame();
      this.scene.render();
      this.engine.endFrame();
      copy?.drawImage(this.canvas, 0, 0);
    }
    return { pixels: copy?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray(), width };
  }

  async loseContext(): Promise<void> {
    const back = new Promise<void>((resolve) => this.engine.onContextRestoredObservable.addOnce(() => resolve()));
    const { _gl: gl, _device: device } = this.engine as unknown as {
      _gl?: WebGL2RenderingContext;
      _device?: { destroy(): void };
    };
    const extension = gl?.getExtension('WEBGL_lose_context');
    if (extension) {
      extension.loseContext();
      await new Promise((resolve) => setTimeout(resolve, 100));
      extension.restoreContext();
    } else device?.destroy();
    await back;
  }

  end(): void {
    this.engine.dispose();
    this.canvas.remove();
  }
}

/** Largest difference, of 255, of what is in `box` to a frame drawn there without smoothing. Where a pixel lies between two of the frame's it may be either. */
function difference({ pixels, width }: Shown, frameId: number, box: Box, scale = 1): number {
  let most = 0;
  for (let y = 0; y < box.height; y++)
    for (let x = 0; x < box.width; x++) {
      const at = 4 * ((box.top + y) * width + box.left + x);
      const differences = [-1, 1, -1, 1].map((side, i) => {
        const [u, v] = [x, y].map((n, k) => Math.floor((n + 0.5) / scale + ([side, i < 2 ? -1 : 1][k] * 1) / 64));
        return Math.max(...pixelOf(frameId, u, v).map((value, c) => Math.abs(value - pixels[at + c])));
      });
      most = Math.max(most, Math.min(...differences));
    }
  return most;
}

function colourAt({ pixels, width }: Shown, x: number, y: number): number[] {
  return Array.from(pixels.subarray(4 * (y * width + x), 4 * (y * width + x) + 3));
}

const ALL: Box = { left: 0, top: 0, width: 320, height: 180 };

async function seek(player: ReplayPlayer, frameId: number): Promise<void> {
  await player.seek(frameId / FPS);
}

/** A full-screen layer: what it shows at several times, and how often it uploads. */
async function fullScreen(kind: 'webgl2' | 'webgpu') {
  const stage = await Stage.start(kind);
  const source = new FakeSource();
  const layer = new ReplayLayer('replay', { source, samplingMode: NEAREST }, stage.scene);
  const player = await layer.ready;
  const differences: number[] = [];
  for (const frameId of [0, 25, 79, 3]) {
    await seek(player, frameId);
    differences.push(difference(await stage.draw(5), frameId, ALL));
  }
  const { uploads } = stage;
  stage.end();
  await until(() => source.closed > 0, 'The end');
  return { differences, uploads, closed: source.closed };
}

/** A layer and a mesh in the middle of the scene; colours at points of interest. */
async function withMesh(kind: 'webgl2' | 'webgpu', options: Partial<ReplayLayerOptions>, points: readonly [number, number][]) {
  const stage = await Stage.start(kind);
  stage.mesh();
  const frame = options.frame && { ...options.frame, color: Color4.FromInts(...FRAME, 255) };
  const layer = new ReplayLayer('replay', { source: new FakeSource(), samplingMode: NEAREST, ...options, frame }, stage.scene);
  await seek(await layer.ready, 7);
  const shown = await stage.draw(2);
  const { pictureRect } = layer;
  const outcome = {
    pictureRect: { ...pictureRect },
    difference: difference(shown, 7, pictureRect, pictureRect.width / 320),
    colours: points.map(([x, y]) => colourAt(shown, x, y)),
    wanted: points.map(([x, y]) => pixelOf(7, x, y)),
  };
  layer.isVisible = false;
  const without = await stage.draw();
  const hidden = points.map(([x, y]) => colourAt(without, x, y));
  stage.end();
  return { ...outcome, hidden };
}

/** A mesh of 16 by `height` as a screen: it is 160 pixels wide. */
async function onMesh(kind: 'webgl2' | 'webgpu', height: number, options: Partial<ReplayScreenOptions> = {}) {
  const stage = await Stage.start(kind);
  const mesh = stage.mesh({ width: 16, height });
  const material = mesh.material;
  const source = new FakeSource({ width: 160, height: 90 });
  const screen = new ReplayScreenBehavior({ source, samplingMode: NEAREST, ...options });
  const events: string[] = [];
  screen.onReadyObservable.add(() => events.push('ready'));
  screen.onEndedObservable.add(() => events.push('ended'));
  mesh.addBehavior(screen);
  const player = await screen.ready;
  await seek(player, 12);
  const shown = await stage.draw(2);
  const scaling = mesh.scaling.asArray();
  const box = { left: 80, top: 45, width: 160, height: 90 };
  const outcome = { difference: difference(shown, 12, box), scaling, corner: colourAt(shown, 60, 90) };
  await seek(player, 78);
  await player.play();
  await until(() => player.ended, 'The end');
  mesh.removeBehavior(screen);
  const bare = await stage.draw();
  await until(() => source.closed > 0, 'Its closing');
  const after = { scaling: mesh.scaling.asArray(), material: mesh.material === material, middle: colourAt(bare, 160, 90) };
  stage.end();
  return { ...outcome, events, after };
}

/** What is under the mouse while a test clicks: a screen in the middle, and a timeline below. */
async function startTimeline(kind: 'webgl2' | 'webgpu', options: SourceOptions = {}) {
  const stage = await Stage.start(kind, true);
  const source = new FakeSource({ width: 160, height: 90, ...options });
  const screen = new ReplayScreenBehavior({ source, playOnPick: true });
  stage.mesh().addBehavior(screen);
  const timeline = new ReplayTimeline('timeline', screen);
  stage.ui?.addControl(timeline);
  stage.engine.runRenderLoop(() => stage.scene.render());
  const player = await screen.ready;
  await seek(player, 0);
  const state = () => {
    const { paused, isLive, playbackRate, currentTime, duration } = player;
    return { paused, isLive, playbackRate, currentTime, duration, texts: textsOf(timeline) };
  };
  Object.assign(window, {
    replayState: state,
    endReplay: () => {
      timeline.dispose();
      stage.end();
    },
  });
}

function textsOf(timeline: ReplayTimeline): string[] {
  return timeline
    .getDescendants()
    .filter((control) => control.isVisible && 'text' in control)
    .map((control) => String((control as unknown as { text: string }).text));
}

/** A replay that cannot be opened, or breaks off: what is told, and what is on the screen. */
async function failing(kind: 'webgl2' | 'webgpu', fault: 'open' | 'later') {
  const stage = await Stage.start(kind);
  const source = new FakeSource({ fault: fault === 'open' ? 'open' : undefined });
  const layer = new ReplayLayer('replay', { source, messages: { loading: 'x' } }, stage.scene);
  const told: string[] = [];
  layer.onErrorObservable.add(({ code }) => told.push(code));
  const loading = countLight(await stage.draw());
  source.release();
  const ready = await layer.ready.then(
    () => 'open',
    (error: SgapsError) => error.code,
  );
  if (fault === 'later') {
    await seek(await layer.ready, 5);
    await stage.draw();
    source.fail();
  }
  await until(() => layer.texture.error !== null, 'The error');
  const failed = await stage.draw(2);
  const outcome = {
    told,
    ready,
    loading,
    failed: countLight(failed),
    ground: colourAt(failed, 160, 20).join() === GROUND.join(),
  };
  stage.end();
  return outcome;
}

/** Pixels of writing. */
function countLight({ pixels }: Shown): number {
  let light = 0;
  for (let i = 0; i < pixels.length; i += 4) if (pixels[i] > 150 && pixels[i + 1] > 150 && pixels[i + 2] > 150) light++;
  return light;
}

/** Makes and disposes all there is, and counts what the engine and the scene hold before and after. */
async function disposing(kind: 'webgl2' | 'webgpu') {
  const stage = await Stage.start(kind, true);
  const mesh = stage.mesh();
  await stage.draw(2);
  const { scene, engine } = stage;
  const held = () => ({
    textures: engine.getLoadedTexturesCache().length,
    sceneTextures: scene.textures.length,
    layers: scene.layers.length,
    materials: scene.materials.length,
    observers: scene.onBeforeRenderObservable.observers.length,
  });
  const before = held();
  const [own, given] = [new FakeSource(), new FakeSource()];
  const player = await ReplayPlayer.open(given);
  const shared = new ReplayTexture('shared', { source: player }, scene);
  const layers = [
    new ReplayLayer('a', { source: own, frame: { thickness: 2 }, backdrop: new Color4(0, 0, 0, 1) }, scene),
    new ReplayLayer('b', { source: shared }, scene),
  ];
  const screen = new ReplayScreenBehavior({ source: shared });
  mesh.addBehavior(screen);
  const timeline = new ReplayTimeline('timeline', layers[0]);
  stage.ui?.addControl(timeline);
  await Promise.all(layers.map(({ ready }) => ready));
  await seek(player, 4);
  await stage.draw(2);
  const during = held();
  mesh.removeBehavior(screen);
  timeline.dispose();
  for (const layer of layers) layer.dispose();
  const sharedLives = shared.getInternalTexture() !== null;
  shared.dispose();
  await stage.draw(2);
  await until(() => own.closed > 0, 'The closing');
  const outcome = { before, during, after: held(), closed: own.closed, givenClosed: given.closed, sharedLives };
  await player.dispose();
  stage.end();
  return outcome;
}

/** Disposed before it is open. */
async function disposedEarly(kind: 'webgl2' | 'webgpu') {
  const stage = await Stage.start(kind);
  const source = new FakeSource();
  const texture = new ReplayTexture('early', { source }, stage.scene);
  texture.dispose();
  const code = await texture.ready.then(
    () => 'open',
    (error: SgapsError) => error.code,
  );
  await until(() => source.closed > 0, 'The closing');
  stage.end();
  return code;
}

async function afterContextLoss(kind: 'webgl2' | 'webgpu') {
  const stage = await Stage.start(kind);
  const layer = new ReplayLayer('replay', { source: new FakeSource(), samplingMode: NEAREST }, stage.scene);
  const player = await layer.ready;
  // The frame before is closed by now: uploading that again would throw.
  await seek(player, 3);
  await stage.draw();
  await seek(player, 9);
  const before = difference(await stage.draw(), 9, ALL);
  await stage.loseContext();
  const after = difference(await stage.draw(2), 9, ALL);
  await seek(player, 30);
  const later = difference(await stage.draw(2), 30, ALL);
  stage.end();
  return { before, after, later };
}

Object.assign(window, {
  replay: { fullScreen, withMesh, onMesh, startTimeline, failing, disposing, disposedEarly, afterContextLoss },
});
