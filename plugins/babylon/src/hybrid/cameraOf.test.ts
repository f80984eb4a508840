import { ArcRotateCamera } from '@babylonjs/core/Cameras/arcRotateCamera.js';
import { Camera } from '@babylonjs/core/Cameras/camera.js';
import { FreeCamera } from '@babylonjs/core/Cameras/freeCamera.js';
import { NullEngine } from '@babylonjs/core/Engines/nullEngine.js';
import { Matrix, Quaternion, Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { Viewport } from '@babylonjs/core/Maths/math.viewport.js';
import { Logger } from '@babylonjs/core/Misc/logger.js';
import { Scene } from '@babylonjs/core/scene.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cameraOf, type RemoteAxes } from './cameraOf.js';

Logger.LogLevels = Logger.ErrorLogLevel;

const [WIDTH, HEIGHT] = [320, 180];
const AXES: readonly RemoteAxes[] = ['y-down', 'y-up'];

function sceneOf(rightHanded: boolean): Scene {
  const engine = new NullEngine({
    renderWidth: WIDTH,
    renderHeight: HEIGHT,
    textureSize: 1,
    deterministicLockstep: false,
    lockstepMaxSteps: 1,
  });
  const scene = new Scene(engine);
  scene.useRightHandedSystem = rightHanded;
  return scene;
}

/** A place of the remote world in the root's own axes, as the docs say. */
function ownOf([x, y, z]: readonly number[], axes: RemoteAxes, rightHanded: boolean): Vector3 {
  if (axes === 'y-down') return new Vector3(x, -y, rightHanded ? -z : z);
  return new Vector3(x, y, rightHanded ? z : -z);
}

const far = (size: number) => fc.double({ min: -size, max: size, noNaN: true });
const triple = (size: number) => fc.tuple(far(size), far(size), far(size));

describe.each([false, true])('a Babylon camera, right hand %s, in a remote world', (rightHanded) => {
  it.each(AXES)('sees each of its points at the pixel and the depth at which Babylon would draw it (%s)', (axes) => {
    const scene = sceneOf(rightHanded);
    const camera = new FreeCamera('camera', Vector3.Zero(), scene);
    camera.minZ = 0.3;
    camera.maxZ = 60;
    const viewport = new Viewport(0, 0, WIDTH, HEIGHT);
    fc.assert(
      fc.property(
        triple(4),
        triple(4),
        triple(3),
        fc.double({ min: 0.3, max: 3, noNaN: true }),
        far(3),
        fc.tuple(far(0.6), far(0.6)),
        (eye, to, at, scale, turn, [aside, up]) => {
          fc.pre(Math.hypot(eye[0] - to[0], eye[2] - to[2]) > 0.5);
          camera.position.set(...eye);
          camera.setTarget(new Vector3(...to));
          const [spin, place] = [Quaternion.RotationYawPitchRoll(turn, 0.4, -turn), new Vector3(1, -2, 0.5)];
          const root = Matrix.Compose(new Vector3(scale, scale, scale), spin, place);
          const view = camera.getViewMatrix(true);
          // As eyes of a headset and tiles of a wall have it: the axis does not meet the picture in its middle.
          const p = camera.getProjectionMatrix(true).toArray().slice();
          [p[8], p[9]] = [p[8] + aside, p[9] + up];
          const projection = Matrix.FromArray(p);
          const eyeOf = cameraOf({ view: view.m, projection: projection.m, root: root.m, axes, halfDepth: false }, WIDTH, HEIGHT);
          const { fx, fy, cx, cy, view: m } = eyeOf.camera;
          const seen = [0, 1, 2].map((row) => m[row] * at[0] + m[4 + row] * at[1] + m[8 + row] * at[2] + m[12 + row]);
          const drawn = Vector3.TransformCoordinates(ownOf(at, axes, rightHanded), root);
          fc.pre(seen[2] * scale > 0.5);
          const wanted = Vector3.Project(drawn, Matrix.IdentityReadOnly, view.multiply(projection), viewport);
          // Far beside the picture a pixel is many.
          fc.pre(Math.abs(wanted.x) < 2000 && Math.abs(wanted.y) < 2000);
          expect(cx + (fx * seen[0]) / seen[2]).toBeCloseTo(wanted.x, 0);
          expect(cy + (fy * seen[1]) / seen[2]).toBeCloseTo(wanted.y, 0);
          const ndc = Vector3.TransformCoordinates(drawn, view.multiply(projection)).z;
          expect(eyeOf.depth.offset + eyeOf.depth.scale / seen[2]).toBeCloseTo(0.5 + 0.5 * ndc, 3);
        },
      ),
    );
  });

  it('has a view that a renderer takes: it turns and moves, and mirrors nothing', () => {
    const scene = sceneOf(rightHanded);
    const camera = new ArcRotateCamera('camera', 0.7, 1.1, 5, new Vector3(1, 2, 3), scene);
    const matrices = { view: camera.getViewMatrix(true).m, projection: camera.getProjectionMatrix(true).m };
    for (const axes of AXES) {
      const { view } = cameraOf({ ...matrices, root: Matrix.Scaling(2, 2, 2).m, axes, halfDepth: false }, WIDTH, HEIGHT).camera;
      const [a, b, c, , d, e, f, , g, h, i] = view;
      expect(a * (e * i - f * h) - d * (b * i - c * h) + g * (b * f - c * e)).toBeCloseTo(1, 5);
      expect([view[3], view[7], view[11], view[15]]).toEqual([0, 0, 0, 1]);
    }
  });

  it('is refused without perspective, and under a root that stretches or mirrors', () => {
    const scene = sceneOf(rightHanded);
    const camera = new FreeCamera('camera', Vector3.Zero(), scene);
    const matrices = () => ({ view: camera.getViewMatrix(true).m, projection: camera.getProjectionMatrix(true).m });
    for (const root of [Matrix.Scaling(1, 2, 1), Matrix.Scaling(1, -1, 1), Matrix.Scaling(0, 0, 0)])
      expect(() => cameraOf({ ...matrices(), root: root.m, axes: 'y-down', halfDepth: false }, WIDTH, HEIGHT)).toThrow(
        expect.objectContaining({ code: 'ARGUMENT_INVALID' }),
      );
    camera.mode = Camera.ORTHOGRAPHIC_CAMERA;
    expect(() => cameraOf({ ...matrices(), root: Matrix.Identity().m, axes: 'y-down', halfDepth: false }, WIDTH, HEIGHT)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED' }),
    );
  });
});
