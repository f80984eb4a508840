import { FreeCamera } from '@babylonjs/core/Cameras/freeCamera.js';
import { NullEngine } from '@babylonjs/core/Engines/nullEngine.js';
import { RenderTargetTexture } from '@babylonjs/core/Materials/Textures/renderTargetTexture.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { Viewport } from '@babylonjs/core/Maths/math.viewport.js';
import { Logger } from '@babylonjs/core/Misc/logger.js';
import { Scene } from '@babylonjs/core/scene.js';
import { FrameStateBuffer } from '@sgaps/client';
import { beforeEach, describe, expect, it } from 'vitest';
import { CameraReader } from './CameraReader.js';

Logger.LogLevels = Logger.NoneLogLevel;

const GRID = { width: 320, height: 180 };

describe('CameraReader', () => {
  let scene: Scene;
  let reader: CameraReader;
  const state = new FrameStateBuffer();

  beforeEach(() => {
    scene = new Scene(
      new NullEngine({ renderWidth: 640, renderHeight: 360, textureSize: 64, deterministicLockstep: false, lockstepMaxSteps: 1 }),
    );
    reader = new CameraReader(scene);
  });

  function camera(name: string, viewport = new Viewport(0, 0, 1, 1)): FreeCamera {
    const made = new FreeCamera(name, new Vector3(1, 2, -8), scene);
    made.setTarget(new Vector3(0.5, 0, 3));
    made.viewport = viewport;
    return made;
  }

  function read() {
    state.clear();
    reader.read(GRID, state);
    return state.cameras3d;
  }

  it('reports the matrices the scene drew with, not those the game moved on to since', () => {
    const only = camera('only');
    scene.render();
    const view = Array.from(scene.getViewMatrix().m);
    const projection = Array.from(scene.getProjectionMatrix().m);
    only.position.x += 5;
    only.fov = 1.2;
    const [reported] = read();
    expect(Array.from(reported.view)).toEqual(view);
    expect(Array.from(reported.projection)).toEqual(projection);
    expect(reported).toMatchObject({ id: only.uniqueId, x: 0, y: 0, width: 320, height: 180 });
    scene.render();
    expect(Array.from(read()[0].view)).toEqual(Array.from(scene.getViewMatrix().m));
  });

  it('reports all active cameras in draw order, viewports from the top and without gaps', () => {
    scene.activeCameras = [
      camera('left', new Viewport(0, 0, 1 / 3, 1)),
      camera('right', new Viewport(1 / 3, 0, 2 / 3, 1)),
      camera('map', new Viewport(0.75, 0.7, 0.25, 0.3)),
    ];
    scene.render();
    const [left, right, map] = read();
    expect(left).toMatchObject({ x: 0, width: 107, y: 0, height: 180 });
    expect(right).toMatchObject({ x: 107, width: 213, y: 0, height: 180 });
    expect(map).toMatchObject({ x: 240, width: 80, y: 0, height: 54 });
    expect(new Set([left.id, right.id, map.id]).size).toBe(3);
  });

  it('leaves out cameras that draw into textures, and bounds their number', () => {
    const mirror = camera('mirror');
    mirror.outputRenderTarget = new RenderTargetTexture('mirror', 64, scene);
    scene.activeCameras = [mirror, ...Array.from({ length: 12 }, (_, i) => camera(`camera ${i}`))];
    scene.render();
    expect(read()).toHaveLength(8);
    expect(state.cameras3d.some(({ id }) => id === mirror.uniqueId)).toBe(false);
  });

  it('reports nothing where no camera is active', () => {
    expect(read()).toHaveLength(0);
  });

  it('reuses its memory', () => {
    camera('only');
    scene.render();
    const first = read()[0].view;
    expect(read()[0].view).toBe(first);
  });
});
