import { FreeCamera } from '@babylonjs/core/Cameras/freeCamera.js';
import type { AbstractEngine } from '@babylonjs/core/Engines/abstractEngine.js';
import { Engine } from '@babylonjs/core/Engines/engine.js';
import { WebGPUEngine } from '@babylonjs/core/Engines/webgpuEngine.js';
import { HemisphericLight } from '@babylonjs/core/Lights/hemisphericLight.js';
import { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import { RawTexture } from '@babylonjs/core/Materials/Textures/rawTexture.js';
import { Color4 } from '@babylonjs/core/Maths/math.color.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { CreateBox } from '@babylonjs/core/Meshes/Builders/boxBuilder.js';
import { CreateGround } from '@babylonjs/core/Meshes/Builders/groundBuilder.js';
import { CreateSphere } from '@babylonjs/core/Meshes/Builders/sphereBuilder.js';
import { Logger } from '@babylonjs/core/Misc/logger.js';
import { Scene } from '@babylonjs/core/scene.js';
import { SgapsRecorder } from '@sgaps/babylon';
import { gpuOf, SIZE, type Stage } from './Stage.js';

const THINGS = 24;

Logger.LogLevels = Logger.ErrorLogLevel | Logger.WarningLogLevel;

async function startEngine(kind: 'webgl2' | 'webgpu', canvas: HTMLCanvasElement): Promise<AbstractEngine> {
  if (kind === 'webgl2') return new Engine(canvas, false, { alpha: false, stencil: true, audioEngine: false }, false);
  const engine = new WebGPUEngine(canvas, { antialias: false, adaptToDeviceRatio: false });
  await engine.initAsync();
  return engine;
}

/** Blocks of noise between two colours. */
function noise(scene: Scene, seed: number, a: readonly number[], b: readonly number[]): RawTexture {
  const side = 64;
  const pixels = new Uint8Array(4 * side * side);
  for (let i = 0; i < side * side; i++) {
    const share = ((Math.imul((i >> 1) ^ (i >> 8) ^ (97 * seed), 0x9e3779b1) >>> 16) & 255) / 255;
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = a[c] + share * (b[c] - a[c]);
    pixels[4 * i + 3] = 255;
  }
  return RawTexture.CreateRGBATexture(pixels, side, side, scene, false, false, 2);
}

/** A textured ground with 24 textured boxes and balls on it, and a camera that walks round. */
function createScene(engine: AbstractEngine): { readonly scene: Scene; readonly move: (t: number) => void } {
  const scene = new Scene(engine);
  scene.clearColor = new Color4(0.45, 0.65, 0.85, 1);
  new HemisphericLight('sky', new Vector3(0.2, 1, 0.1), scene).intensity = 0.9;
  const ground = CreateGround('ground', { width: 80, height: 80, subdivisions: 8 }, scene);
  const grass = new StandardMaterial('grass', scene);
  const blades = noise(scene, 1, [50, 110, 50], [110, 180, 90]);
  blades.uScale = blades.vScale = 8;
  grass.emissiveTexture = blades;
  grass.disableLighting = true;
  ground.material = grass;
  const paints = Array.from({ length: 6 }, (_, i) => {
    const paint = new StandardMaterial(`paint ${i}`, scene);
    paint.disableLighting = true;
    paint.emissiveTexture = noise(scene, i + 2, [40 * i, 60, 200 - 30 * i], [255, 255 - 40 * i, 80 + 20 * i]);
    return paint;
  });
  const things = Array.from({ length: THINGS }, (_, i) => {
    const thing =
      i % 3 === 0
        ? CreateSphere(`ball ${i}`, { diameter: 1.6, segments: 12 }, scene)
        : CreateBox(`box ${i}`, { size: 1.4 }, scene);
    thing.material = paints[i % paints.length];
    return thing;
  });
  const camera = new FreeCamera('camera', new Vector3(0, 4, -16), scene);
  camera.minZ = 0.1;
  camera.maxZ = 200;
  const middle = new Vector3(0, 1, 0);
  const move = (t: number) => {
    camera.position.set(16 * Math.sin(t / 4), 4 + Math.sin(t / 2), -16 * Math.cos(t / 4));
    camera.setTarget(middle);
    for (const [i, thing] of things.entries()) {
      const angle = i + (t * (1 + (i % 5))) / 8;
      const radius = 3 + (i % 9);
      thing.position.set(radius * Math.cos(angle), 0.8 + (i % 4), radius * Math.sin(angle));
      thing.rotation.y = angle;
    }
  };
  return { scene, move };
}

function gpuNameOf(engine: AbstractEngine): string {
  const inside = engine as unknown as { _gl?: WebGL2RenderingContext; _adapterInfo?: Readonly<Record<string, string>> };
  if (inside._gl) return gpuOf(inside._gl);
  const { vendor, architecture, device, description } = inside._adapterInfo ?? {};
  return [vendor, architecture, device, description].filter(Boolean).join(' ');
}

/**
 * Starts the 3D game: Babylon.js 9 on WebGL2 or WebGPU.
 *
 * @example
 * ```ts
 * const stage = await startBabylon('webgl2');
 * ```
 */
export async function startBabylon(kind: 'webgl2' | 'webgpu'): Promise<Stage> {
  const canvas = document.createElement('canvas');
  canvas.width = SIZE.width;
  canvas.height = SIZE.height;
  canvas.style.width = `${SIZE.width}px`;
  document.body.append(canvas);
  const engine = await startEngine(kind, canvas);
  const { scene, move } = createScene(engine);
  move(0);
  await scene.whenReadyAsync(true);
  const start = performance.now();
  engine.runRenderLoop(() => {
    move((performance.now() - start) / 1000);
    scene.render();
  });
  const gl = kind === 'webgl2' ? (engine as unknown as { _gl: WebGL2RenderingContext })._gl : null;
  return {
    canvas,
    gl,
    gpu: gpuNameOf(engine),
    viewport: () => ({ x: 0, y: 0, ...SIZE }),
    onBegin: (listener) => {
      const observer = engine.onBeginFrameObservable.add(listener);
      return () => observer.remove();
    },
    onEnd: (listener) => {
      const observer = engine.onEndFrameObservable.add(listener);
      return () => observer.remove();
    },
    record: async (options) => {
      const recorder = new SgapsRecorder(scene, { ...options, autoStart: false });
      await recorder.start();
      return {
        get stats() {
          return recorder.stats;
        },
        stop: () => recorder.dispose(),
      };
    },
  };
}
