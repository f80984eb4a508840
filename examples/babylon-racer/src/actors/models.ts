import type { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import { Color4 } from '@babylonjs/core/Maths/math.color.js';
import { Vector4 } from '@babylonjs/core/Maths/math.vector.js';
import { CreateCylinder } from '@babylonjs/core/Meshes/Builders/cylinderBuilder.js';
import type { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { Kit } from '../../../shared/babylon/Kit.js';

/** Where the wheels are, metres from a car's middle: right, up, ahead. */
export const WHEELS = [
  [-0.86, 0.36, 1.35],
  [0.86, 0.36, 1.35],
  [-0.9, 0.4, -1.25],
  [0.9, 0.4, -1.25],
] as const;

/** The colours of the four cars: body, trim, helmet. */
const LIVERIES = [
  ['#e2342d', '#ffffff', '#ffd166'],
  ['#2367c9', '#ffd23f', '#f4f4f4'],
  ['#18a376', '#f4f1e8', '#ff8c42'],
  ['#f2a51e', '#2b2d42', '#5ec2f2'],
] as const;

/** An open racing car that looks along +z and stands on y = 0, without its wheels. */
export function createBody(id: number, material: StandardMaterial, scene: Scene): Mesh {
  const [body, trim, helmet] = LIVERIES[id % LIVERIES.length];
  return (
    new Kit()
      // Floor, hull, nose.
      .box('#1b1d25', [-0.78, 0.14, -1.6], [0.78, 0.24, 1])
      .box(body, [-0.42, 0.24, -1.5], [0.42, 0.68, 0.7])
      .box(body, [-0.3, 0.26, 0.7], [0.3, 0.56, 1.5])
      .box(trim, [-0.2, 0.28, 1.5], [0.2, 0.48, 2.1])
      .pair(body, [0.42, 0.24, -1.05], [0.78, 0.56, 0.35])
      .pair('#14151b', [0.46, 0.3, 0.35], [0.74, 0.52, 0.38])
      // Cockpit, head, engine cover.
      .box('#14151b', [-0.27, 0.62, -0.15], [0.27, 0.7, 0.55])
      .ball(helmet, [0, 0.84, 0.02], 0.21)
      .box('#14151b', [-0.16, 0.8, 0.14], [0.16, 0.9, 0.22])
      .box(body, [-0.2, 0.68, -1.45], [0.2, 1.02, -0.3])
      .box(trim, [-0.08, 1.02, -1.4], [0.08, 1.12, -0.35])
      // Wings and axles.
      .box(trim, [-0.92, 0.16, 1.85], [0.92, 0.22, 2.25])
      .pair(body, [0.88, 0.16, 1.8], [0.94, 0.42, 2.3])
      .box(trim, [-0.8, 1, -1.95], [0.8, 1.08, -1.5])
      .pair(body, [0.76, 0.5, -2], [0.83, 1.14, -1.4])
      .box('#2a2d38', [-0.85, 0.32, 1.3], [0.85, 0.4, 1.4])
      .box('#2a2d38', [-0.85, 0.36, -1.3], [0.85, 0.44, -1.2])
      .box('#ff3b30', [-0.12, 0.44, -1.62], [0.12, 0.56, -1.5])
      .build(`car ${id}`, material, scene)
  );
}

/** A wheel on its axle, drawn sixteen times. */
export function createWheel(material: StandardMaterial, scene: Scene): Mesh {
  const rubber = Color4.FromHexString('#20222aff');
  const rim = Color4.FromHexString('#7c8494ff');
  const wheel = CreateCylinder(
    'wheel',
    {
      ...{ height: 0.42, diameter: 0.76, tessellation: 14 },
      faceColors: [rim, rubber, rim],
      faceUV: [new Vector4(0, 0, 1, 1), new Vector4(0, 0, 1, 1), new Vector4(0, 0, 1, 1)],
    },
    scene,
  );
  wheel.rotation.z = Math.PI / 2;
  wheel.bakeCurrentTransformIntoVertices();
  wheel.material = material;
  return wheel;
}
