import { FreeCamera } from '@babylonjs/core/Cameras/freeCamera.js';
import type { AbstractEngine } from '@babylonjs/core/Engines/abstractEngine.js';
import { Engine } from '@babylonjs/core/Engines/engine.js';
import { WebGPUEngine } from '@babylonjs/core/Engines/webgpuEngine.js';
import { GlowLayer } from '@babylonjs/core/Layers/glowLayer.js';
import { DirectionalLight } from '@babylonjs/core/Lights/directionalLight.js';
import { HemisphericLight } from '@babylonjs/core/Lights/hemisphericLight.js';
import { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import { RawTexture } from '@babylonjs/core/Materials/Textures/rawTexture.js';
import { Color3, Color4 } from '@babylonjs/core/Maths/math.color.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { Viewport } from '@babylonjs/core/Maths/math.viewport.js';
import { CreateBox } from '@babylonjs/core/Meshes/Builders/boxBuilder.js';
import { CreateGround } from '@babylonjs/core/Meshes/Builders/groundBuilder.js';
import type { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import { Logger } from '@babylonjs/core/Misc/logger.js';
import { DefaultRenderingPipeline } from '@babylonjs/core/PostProcesses/RenderPipeline/Pipelines/defaultRenderingPipeline.js';
import type { DepthRenderer } from '@babylonjs/core/Rendering/depthRenderer.js';
import '@babylonjs/core/Rendering/depthRendererSceneComponent.js';
import '@babylonjs/core/Engines/Extensions/engine.readTexture.js';
import '@babylonjs/core/Engines/WebGPU/Extensions/engine.readTexture.js';
import { Scene } from '@babylonjs/core/scene.js';
import { AdvancedDynamicTexture } from '@babylonjs/gui/2D/advancedDynamicTexture.js';
import { Rectangle } from '@babylonjs/gui/2D/controls/rectangle.js';
import '@babylonjs/core/Engines/Extensions/engine.dynamicTexture.js';
import '@babylonjs/core/Engines/WebGPU/Extensions/engine.dynamicTexture.js';

export const COLUMNS = 640;

/** What the scene is drawn with. */
export interface StageOptions {
  readonly engine: 'webgl1' | 'webgl2' | 'webgpu';
  readonly antialias?: boolean;
  readonly alpha?: boolean;
  /** FXAA, bloom and image processing behind the scene, and a glow layer. */
  readonly post?: boolean;
  /** A full-screen GUI with a red panel, at half the canvas's resolution. */
  readonly gui?: boolean;
  /** Cameras side by side. Default 1. */
  readonly cameras?: number;
  /** Columns of the canvas, which is 16 by 9. Default `COLUMNS`. */
  readonly columns?: number;
}

/** A scene that looks the same in every run, frame by frame. */
export interface Stage {
  readonly engine: AbstractEngine;
  readonly scene: Scene;
  readonly canvas: HTMLCanvasElement;
  readonly camera: FreeCamera;
  readonly crates: readonly Mesh[];
  readonly ground: Mesh;
  readonly panel: Rectangle | null;
  /** Puts everything where it is in frame `frame`. */
  move(frame: number): void;
  /** The engine's own read-back of the canvas, RGBA, bottom row first; in the task that drew it. */
  readPicture(): Promise<{ pixels: Uint8Array<ArrayBuffer>; width: number; height: number }>;
  /** The first depth renderer's texture, bottom row first, or null. */
  readDepth(): Promise<Float32Array | null>;
  nextFrame(): Promise<void>;
  /** GL errors so far. */
  errors(): number;
  /** Loses the context (or device) and waits for the engine to be back. */
  loseContext(): Promise<void>;
}

Logger.LogLevels = Logger.ErrorLogLevel | Logger.WarningLogLevel;

async function startEngine(options: StageOptions, canvas: HTMLCanvasElement): Promise<AbstractEngine> {
  if (options.engine === 'webgpu') {
    const engine = new WebGPUEngine(canvas, { antialias: options.antialias === true, adaptToDeviceRatio: false });
    await engine.initAsync();
    return engine;
  }
  const disableWebGL2Support = options.engine === 'webgl1';
  const context = { alpha: options.alpha === true, stencil: true, doNotHandleContextLost: false, disableWebGL2Support };
  return new Engine(canvas, options.antialias === true, context, false);
}

/** A checkerboard of two colours. */
function checks(scene: Scene, a: readonly number[], b: readonly number[]): RawTexture {
  const side = 16;
  const pixels = new Uint8Array(4 * side * side);
  for (let i = 0; i < side * side; i++) pixels.set([...((i ^ (i >> 4)) & 4 ? a : b), 255], 4 * i);
  return RawTexture.CreateRGBATexture(pixels, side, side, scene, true, false);
}

/** Makes engine and scene on a new canvas, and waits until all of it can be drawn. */
export async function startStage(options: StageOptions): Promise<Stage> {
  const canvas = document.createElement('canvas');
  canvas.width = options.columns ?? COLUMNS;
  canvas.height = (canvas.width * 9) / 16;
  document.body.append(canvas);
  const engine = await startEngine(options, canvas);
  const scene = new Scene(engine);
  scene.clearColor = new Color4(0.2, 0.4, 0.6, 1);
  new HemisphericLight('sky', new Vector3(0.2, 1, 0.1), scene).intensity = 0.6;
  new DirectionalLight('sun', new Vector3(-1, -2, 1), scene).intensity = 0.8;

  const ground = CreateGround('ground', { width: 60, height: 60, subdivisions: 4 }, scene);
  const grass = new StandardMaterial('grass', scene);
  grass.diffuseTexture = checks(scene, [60, 140, 60], [90, 170, 80]);
  grass.specularColor = Color3.Black();
  ground.material = grass;
  const crates: Mesh[] = [];
  for (let i = 0; i < 24; i++) {
    const crate = CreateBox(`crate ${i}`, { size: 1.5 }, scene);
    const material = new StandardMaterial(`paint ${i}`, scene);
    // Only crate 0 is red.
    if (i === 0) {
      material.diffuseColor = Color3.Black();
      material.emissiveColor = new Color3(1, 0.05, 0.05);
    } else material.diffuseTexture = checks(scene, [40, (i * 37) % 200, 200], [220, 220, (i * 53) % 256]);
    if (i % 7 === 3) material.emissiveColor = new Color3(0.1, 0.3, 0.2);
    material.disableLighting = i === 0;
    crate.material = material;
    crates.push(crate);
  }

  const count = options.cameras ?? 1;
  const cameras = Array.from({ length: count }, (_, i) => {
    const camera = new FreeCamera(`camera ${i}`, new Vector3(0, 3, -12), scene);
    if (count > 1) camera.viewport = new Viewport(i / count, 0, 1 / count, 1);
    camera.minZ = 0.1;
    camera.maxZ = 200;
    return camera;
  });
  if (count > 1) scene.activeCameras = cameras;
  if (options.post) {
    const pipeline = new DefaultRenderingPipeline('post', false, scene, cameras);
    pipeline.fxaaEnabled = true;
    pipeline.bloomEnabled = true;
    pipeline.bloomScale = 0.5;
    pipeline.imageProcessing.contrast = 1.2;
    if (options.antialias) pipeline.samples = 4;
    new GlowLayer('glow', scene).intensity = 0.7;
  }

  let panel: Rectangle | null = null;
  if (options.gui) {
    const ui = AdvancedDynamicTexture.CreateFullscreenUI('ui', true, scene);
    ui.renderScale = 0.5;
    panel = new Rectangle('panel');
    panel.width = '30%';
    panel.height = '25%';
    panel.left = '-20%';
    panel.top = '25%';
    panel.background = '#ff0808';
    panel.color = '#ff0808';
    ui.addControl(panel);
    // The only red thing.
    crates[0].setEnabled(false);
  }

  const move = (frame: number) => {
    const t = frame / 60;
    for (const [i, camera] of cameras.entries()) {
      camera.position.set(6 * Math.sin(t + i), 3 + 0.5 * Math.sin(3 * t), -17 + 2 * Math.cos(t));
      camera.setTarget(new Vector3(i, 1, 0));
    }
    for (const [i, crate] of crates.entries()) {
      const angle = (i * 2 * Math.PI) / 23 + t;
      if (i === 0) crate.position.set(1.5 * Math.sin(2 * t), 2.5, -9.5);
      else crate.position.set(7 * Math.cos(angle), 0.8 + (i % 3), 7 * Math.sin(angle));
      crate.rotation.set(t * (i % 4), t + i, 0);
    }
  };
  const nextFrame = () => new Promise<void>((resolve) => requestAnimationFrame(() => resolve()));

  move(0);
  await scene.whenReadyAsync(true);
  // The first draws still make what only drawing makes (render targets, pipelines): not part of the play.
  for (let i = 0; i < 5; i++) {
    engine.beginFrame();
    scene.render();
    engine.endFrame();
    await nextFrame();
  }
  const gl = (engine as unknown as { _gl?: WebGL2RenderingContext })._gl;
  return {
    engine,
    scene,
    canvas,
    camera: cameras[0],
    crates,
    ground,
    panel,
    move,
    nextFrame,
    async readPicture() {
      const [width, height] = [engine.getRenderWidth(true), engine.getRenderHeight(true)];
      const read = (await engine.readPixels(0, 0, width, height, true, false)) as Uint8Array;
      const pixels = new Uint8Array(read);
      return { pixels: gl ? pixels : asWebGl(pixels, width, height), width, height };
    },
    async readDepth() {
      const renderers = (scene as unknown as { _depthRenderer?: Record<string, DepthRenderer> })._depthRenderer ?? {};
      const map = Object.values(renderers)[0]?.getDepthMap();
      const read = (await map?.readPixels(0, 0, null, false)) as Float32Array | undefined;
      if (!map || !read) return null;
      const { width, height } = map.getSize();
      const step = read.length / (width * height);
      const depth = new Float32Array(width * height);
      for (let i = 0; i < depth.length; i++) depth[i] = read[i * step];
      return depth;
    },
    errors() {
      let errors = 0;
      while (gl && gl.getError() !== 0) errors++;
      return errors;
    },
    async loseContext() {
      const back = new Promise<void>((resolve) => engine.onContextRestoredObservable.addOnce(() => resolve()));
      if (gl) {
        const extension = gl.getExtension('WEBGL_lose_context');
        extension?.loseContext();
        await new Promise((resolve) => setTimeout(resolve, 200));
        extension?.restoreContext();
      } else (engine as unknown as { _device: { destroy(): void } })._device.destroy();
      await back;
    },
  };
}

/** WebGPU reads the top row first, and blue first where the canvas has it so. */
function asWebGl(pixels: Uint8Array, width: number, height: number): Uint8Array<ArrayBuffer> {
  const { gpu } = navigator as unknown as { gpu: { getPreferredCanvasFormat(): string } };
  const blueFirst = gpu.getPreferredCanvasFormat() === 'bgra8unorm';
  const out = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 4 * (y * width + x);
      const to = 4 * ((height - 1 - y) * width + x);
      out[to] = pixels[from + (blueFirst ? 2 : 0)];
      out[to + 1] = pixels[from + 1];
      out[to + 2] = pixels[from + (blueFirst ? 0 : 2)];
      out[to + 3] = pixels[from + 3];
    }
  }
  return out;
}
