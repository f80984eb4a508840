import { FreeCamera } from '@babylonjs/core/Cameras/freeCamera.js';
import { NullEngine } from '@babylonjs/core/Engines/nullEngine.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { Viewport } from '@babylonjs/core/Maths/math.viewport.js';
import { Logger } from '@babylonjs/core/Misc/logger.js';
import type { DepthRenderer } from '@babylonjs/core/Rendering/depthRenderer.js';
import { Scene } from '@babylonjs/core/scene.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { CameraReader } from './CameraReader.js';
import { DepthSource } from './DepthSource.js';

Logger.LogLevels = Logger.NoneLogLevel;

/** A depth renderer that only says what it was asked for. */
class FakeRenderer {
  disposed = 0;
  isPacked = false;
  readonly clearColor = { r: 1e8 };
  readonly #rendered: (() => void)[] = [];
  constructor(
    readonly asked: readonly unknown[],
    readonly width = 640,
    readonly _storeCameraSpaceZ = true,
    readonly height = 360,
  ) {}
  getDepthMap() {
    return {
      getRenderWidth: () => this.width,
      getRenderHeight: () => this.height,
      getInternalTexture: () => ({ _hardwareTexture: { underlyingResource: { of: this } } }),
      onAfterRenderObservable: { addOnce: (done: () => void) => this.#rendered.push(done) },
    };
  }
  draw(): void {
    for (const done of this.#rendered.splice(0)) done();
  }
  dispose(): void {
    this.disposed++;
  }
}

describe('DepthSource', () => {
  let scene: Scene;
  let camera: FreeCamera;
  let cameras: CameraReader;
  let source: DepthSource;
  let made: FakeRenderer[];
  let told: string[];
  let width: number;
  let height: number;

  beforeEach(() => {
    const size = { renderWidth: 640, renderHeight: 360, textureSize: 64, deterministicLockstep: false, lockstepMaxSteps: 1 };
    const engine = new NullEngine(size);
    width = 640;
    height = 360;
    engine.getRenderWidth = () => width;
    engine.getRenderHeight = () => height;
    scene = new Scene(engine);
    camera = new FreeCamera('camera', Vector3.Zero(), scene);
    cameras = new CameraReader(scene);
    made = [];
    told = [];
    source = new DepthSource(scene, cameras, (message) => told.push(message));
  });

  function provide(
    renderer: (asked: readonly unknown[]) => FakeRenderer = (asked) => new FakeRenderer(asked, width, true, height),
  ): void {
    scene.enableDepthRenderer = (...asked: unknown[]) => {
      made.push(renderer(asked));
      return made[made.length - 1] as unknown as DepthRenderer;
    };
  }

  function map() {
    cameras.find();
    return source.map();
  }

  it('asks for camera-space z as 32-bit floats, and has depth once that has been drawn', () => {
    provide();
    expect(map()).toBeNull();
    expect(made[0].asked).toEqual([camera, false, true, 1, true]);
    expect(made[0].clearColor.r).toBe(0);
    expect(map()).toBeNull();
    made[0].draw();
    expect(map()).toEqual({ texture: { of: made[0] }, width: 640, height: 360 });
    expect(made).toHaveLength(1);
    source.dispose();
    expect(made[0].disposed).toBe(1);
    expect(told).toEqual([]);
  });

  it('follows the camera and the size of the canvas', () => {
    provide();
    map();
    made[0].draw();
    width = 800;
    expect(map()).toBeNull();
    expect(made.map(({ disposed }) => disposed)).toEqual([1, 0]);
    made[1].draw();
    height = 300;
    expect(map()).toBeNull();
    expect(made.map(({ disposed }) => disposed)).toEqual([1, 1, 0]);
    scene.activeCamera = new FreeCamera('other', Vector3.Zero(), scene);
    expect(map()).toBeNull();
    expect(made[3].asked[0]).toBe(scene.activeCamera);
    made[3].draw();
    expect(map()?.width).toBe(800);
  });

  it('has none while several cameras draw, or one on a part of the canvas', () => {
    provide();
    camera.viewport = new Viewport(0, 0, 0.5, 1);
    expect(map()).toBeNull();
    camera.viewport = new Viewport(0, 0, 1, 1);
    scene.activeCameras = [camera, new FreeCamera('other', Vector3.Zero(), scene)];
    expect(map()).toBeNull();
    expect(made).toHaveLength(0);
  });

  it("uses the game's own depth renderer where it stores the same, and leaves it alone", () => {
    const own = new FakeRenderer([]);
    Object.assign(scene, { _depthRenderer: { [camera.uniqueId]: own } });
    provide(() => own);
    map();
    own.draw();
    expect(map()?.texture).toEqual({ of: own });
    source.dispose();
    expect(own.disposed).toBe(0);
    expect(own.clearColor.r).toBe(1e8);
  });

  it('says once why there is no depth, and asks no more', () => {
    expect(map()).toBeNull();
    provide();
    expect(map()).toBeNull();
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('depthRendererSceneComponent');
    expect(made).toHaveLength(0);
  });

  it.each([
    ['left-handed', () => void (scene.useRightHandedSystem = true)],
    ['stores something else', () => provide((asked) => new FakeRenderer(asked, 640, false))],
    ['float targets', () => provide((asked) => Object.assign(new FakeRenderer(asked), { isPacked: true }))],
  ])('refuses what is not camera-space z (%s)', (why, arrange) => {
    provide();
    arrange();
    expect(map()).toBeNull();
    expect(told[0]).toContain(why);
    expect(made.every(({ disposed }) => disposed === 1)).toBe(true);
  });
});
