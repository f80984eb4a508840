import { ArcRotateCamera } from '@babylonjs/core/Cameras/arcRotateCamera.js';
import { UniversalCamera } from '@babylonjs/core/Cameras/universalCamera.js';
import type { AbstractEngine } from '@babylonjs/core/Engines/abstractEngine.js';
import { Engine } from '@babylonjs/core/Engines/engine.js';
import { DirectionalLight } from '@babylonjs/core/Lights/directionalLight.js';
import { HemisphericLight } from '@babylonjs/core/Lights/hemisphericLight.js';
import { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import { Color3, Color4 } from '@babylonjs/core/Maths/math.color.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { CreateBox } from '@babylonjs/core/Meshes/Builders/boxBuilder.js';
import { CreateTorus } from '@babylonjs/core/Meshes/Builders/torusBuilder.js';
import { Scene } from '@babylonjs/core/scene.js';
import { HybridView } from '@sgaps/babylon/hybrid';
import { canvasScale, drawsOnCpu, searchSteps } from './machine.js';
import type { Options } from './options.js';
import { resolutionFor, subjectOf, whenBuilt } from './scenes.js';
import type { Stage } from './stage.js';
import { type Triple, TUBE } from './things.js';

/** The remote scene in a Babylon scene, with Babylon's own cameras. */
export async function babylonStage(canvas: HTMLCanvasElement, options: Options, say: (words: string) => void): Promise<Stage> {
  const engine = await startEngine(canvas, options.engine);
  engine.setHardwareScalingLevel(1 / canvasScale(options.pixels));
  const scene = new Scene(engine);
  scene.clearColor = new Color4(0.07, 0.07, 0.17, 1);
  new HemisphericLight('sky', new Vector3(0.2, 1, 0.1), scene).intensity = 0.7;
  new DirectionalLight('sun', new Vector3(0.4, -0.8, 0.5), scene).intensity = 0.7;

  const orbit = new ArcRotateCamera('orbit', 0, 1, 4, Vector3.Zero(), scene);
  const fly = new UniversalCamera('fly', Vector3.Zero(), scene);
  fly.keysUp = [87];
  fly.keysDown = [83];
  fly.keysLeft = [65];
  fly.keysRight = [68];
  fly.keysUpward = [69];
  fly.keysDownward = [81];
  orbit.wheelDeltaPercentage = 0.02;
  for (const camera of [orbit, fly]) camera.fov = 0.9;

  const { scene: name, server, transport, encoder, axes } = options;
  const hybrid = new HybridView(
    'remote',
    { scene: name, server, transport, encoder, axes, steps: searchSteps(), showLatency: true },
    scene,
  );
  hybrid.onErrorObservable.add(({ code, message }) => say(`${code}: ${message}`));
  hybrid.onStallObservable.add((stalled) => say(stalled ? 'reconnecting …' : ''));

  const remote = await hybrid.ready;
  await whenBuilt(remote, name, say);
  const { about } = remote;
  hybrid.resolution = options.resolution ?? resolutionFor(about);
  const subject = subjectOf(name, about, axes === 'y-down' ? -1 : 1);
  const { target, distance, yaw, pitch } = subject;
  // As `HybridView` has it in a left-handed scene.
  const own = ([x, y, z]: Triple) => (axes === 'y-down' ? new Vector3(x, -y, z) : new Vector3(x, y, -z));
  const things = subject.things.map((thing, i) => {
    const { kind, size, colour } = thing;
    const mesh =
      kind === 'cube'
        ? CreateBox(`cube ${i}`, { size }, scene)
        : CreateTorus(`ring ${i}`, { diameter: size, thickness: size * TUBE, tessellation: 64 }, scene);
    const material = new StandardMaterial(`paint ${i}`, scene);
    material.diffuseColor = new Color3(colour[0] / 255, colour[1] / 255, colour[2] / 255);
    material.specularColor = Color3.Black();
    mesh.material = material;
    return { thing, mesh };
  });
  orbit.setTarget(own(target));
  // After the target, which turns it.
  orbit.alpha = -Math.PI / 2 - yaw;
  orbit.beta = Math.PI / 2 - pitch;
  orbit.radius = distance;
  // As the page without an engine has them: beyond, nothing is seen any more.
  orbit.lowerRadiusLimit = 0.1 * distance;
  orbit.upperRadiusLimit = 10 * distance;
  for (const camera of [orbit, fly]) {
    camera.minZ = distance / 100;
    camera.maxZ = 50 * distance;
  }
  fly.speed = distance / 20;

  const begin = performance.now();
  engine.runRenderLoop(() => {
    const seconds = options.still ? 0 : (performance.now() - begin) / 1000;
    for (const { thing, mesh } of things) {
      const { at, turn } = thing.place(seconds);
      mesh.position = own(at);
      mesh.rotation.y = turn;
    }
    scene.render();
  });
  const resize = () => engine.resize();
  window.addEventListener('resize', resize);
  return {
    about,
    setControls(kind) {
      const [to, from] = kind === 'fly' ? [fly, orbit] : [orbit, fly];
      from.detachControl();
      if (kind === 'fly') {
        fly.position.copyFrom(orbit.position);
        fly.setTarget(orbit.target);
      }
      scene.activeCamera = to;
      to.attachControl(true);
    },
    setReproject(reproject) {
      hybrid.reproject = reproject;
    },
    setResolution(resolution) {
      hybrid.resolution = resolution;
    },
    dispose() {
      window.removeEventListener('resize', resize);
      hybrid.dispose();
      engine.dispose();
    },
  };
}

async function startEngine(canvas: HTMLCanvasElement, wanted: Options['engine']): Promise<AbstractEngine> {
  if (wanted === 'webgpu') {
    const { WebGPUEngine } = await import('@babylonjs/core/Engines/webgpuEngine.js');
    const engine = new WebGPUEngine(canvas, { antialias: !drawsOnCpu(), audioEngine: false });
    await engine.initAsync();
    return engine;
  }
  return new Engine(canvas, !drawsOnCpu(), { stencil: false, audioEngine: false, alpha: false }, false);
}
