import { FreeCamera } from '@babylonjs/core/Cameras/freeCamera.js';
import { NullEngine } from '@babylonjs/core/Engines/nullEngine.js';
import { Matrix, Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { Viewport } from '@babylonjs/core/Maths/math.viewport.js';
import { CreateBox } from '@babylonjs/core/Meshes/Builders/boxBuilder.js';
import { Logger } from '@babylonjs/core/Misc/logger.js';
import { Scene } from '@babylonjs/core/scene.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PixelRect, projectBounds } from './meshBounds.js';

Logger.LogLevels = Logger.NoneLogLevel;

const WIDTH = 640;
const HEIGHT = 360;

function world(viewport = new Viewport(0, 0, 1, 1)) {
  const engine = new NullEngine({
    renderWidth: WIDTH,
    renderHeight: HEIGHT,
    textureSize: 64,
    deterministicLockstep: false,
    lockstepMaxSteps: 1,
  });
  const scene = new Scene(engine);
  const camera = new FreeCamera('camera', new Vector3(0, 0, -10), scene);
  camera.viewport = viewport;
  camera.setTarget(Vector3.Zero());
  const box = CreateBox('box', { size: 2 }, scene);
  const rect: PixelRect = { x: -1, y: -1, width: -1, height: -1 };
  const project = () => {
    scene.render();
    const corners = box.getBoundingInfo().boundingBox.vectorsWorld;
    return projectBounds(corners, camera.getTransformationMatrix().m, camera.viewport, WIDTH, HEIGHT, rect);
  };
  return { engine, scene, camera, box, rect, project };
}

describe('projectBounds', () => {
  it('finds a box where Babylon draws it', () => {
    const { project, rect, box } = world();
    expect(project()).toBe(true);
    // Half the height is tan(fov / 2) · distance: the box's near side lies 9 from the camera, fov is 0.8.
    const half = HEIGHT / 2 / (9 * Math.tan(0.4));
    expect(rect).toEqual({
      x: Math.floor(320 - half),
      y: Math.floor(180 - half),
      width: Math.ceil(320 + half) - Math.floor(320 - half),
      height: Math.ceil(180 + half) - Math.floor(180 - half),
    });
    box.position.set(0, 3, 0);
    expect(project()).toBe(true);
    expect(rect.y + rect.height).toBeLessThan(180);
  });

  it("takes the viewport's place, which Babylon counts from the bottom", () => {
    const { project, rect } = world(new Viewport(0.5, 0.5, 0.5, 0.5));
    expect(project()).toBe(true);
    expect(rect.x + rect.width / 2).toBeCloseTo(480, 0);
    expect(rect.y + rect.height / 2).toBeCloseTo(90, 0);
    expect(rect.height).toBeLessThan(100);
  });

  it('fills the viewport when the box reaches behind the camera', () => {
    const { project, rect, box } = world(new Viewport(0, 0, 0.5, 1));
    box.position.set(0, 0, -10);
    expect(project()).toBe(true);
    expect(rect).toEqual({ x: 0, y: 0, width: 320, height: 360 });
  });

  it('has nothing for boxes behind the camera or beside its view', () => {
    const { project, rect, box } = world();
    for (const [x, y, z] of [
      [0, 0, -20],
      [100, 0, 0],
      [-100, 0, 0],
      [0, 100, 0],
      [0, -100, 0],
    ]) {
      box.position.set(x, y, z);
      expect(project()).toBe(false);
    }
    expect(rect.x).toBe(-1);
  });

  it('holds every projected point of any box (property)', () => {
    const { camera, scene, rect, box, engine } = world();
    const number = (max: number) => fc.double({ min: -max, max, noNaN: true });
    fc.assert(
      fc.property(
        fc.tuple(number(12), number(12), number(12)),
        fc.tuple(number(3), number(3)),
        fc.tuple(number(1), number(1), number(1)),
        (at, turn, point) => {
          box.position.set(...at);
          box.rotation.set(turn[0], turn[1], 0);
          scene.render();
          const corners = box.getBoundingInfo().boundingBox.vectorsWorld;
          const transform = camera.getTransformationMatrix();
          const seen = projectBounds(corners, transform.m, camera.viewport, WIDTH, HEIGHT, rect);
          const world = Vector3.TransformCoordinates(new Vector3(...point), box.getWorldMatrix());
          const clipW = world.x * transform.m[3] + world.y * transform.m[7] + world.z * transform.m[11] + transform.m[15];
          const screen = Vector3.Project(world, Matrix.IdentityReadOnly, transform, camera.viewport.toGlobal(WIDTH, HEIGHT));
          const visible = clipW > 1e-3 && screen.x >= 0 && screen.x < WIDTH && screen.y >= 0 && screen.y < HEIGHT;
          if (!visible) return;
          expect(seen).toBe(true);
          expect(screen.x).toBeGreaterThan(rect.x - 0.01);
          expect(screen.x).toBeLessThan(rect.x + rect.width + 0.01);
          expect(screen.y).toBeGreaterThan(rect.y - 0.01);
          expect(screen.y).toBeLessThan(rect.y + rect.height + 0.01);
        },
      ),
      { numRuns: 300 },
    );
    engine.dispose();
  });
});
