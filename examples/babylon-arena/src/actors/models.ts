import type { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import type { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { Kit } from '../../../shared/babylon/Kit.js';
import type { Point } from '../../../shared/babylon/QuadMesh.js';
import type { EnemyKind, PickupKind } from '../sim/types.js';

/** Something that moves: a body, and limbs that swing in turn around where they are joined to it. */
export interface Model {
  readonly body: Mesh;
  readonly limbs: readonly Mesh[];
}

function join(body: Mesh, limbs: readonly (readonly [Mesh, Point])[]): Model {
  for (const [limb, [x, y, z]] of limbs) {
    limb.parent = body;
    limb.position.set(x, y, z);
  }
  return { body, limbs: limbs.map(([limb]) => limb) };
}

/** The player's copper robot: two legs, the left arm and the right one with the gun. */
export function createRobot(material: StandardMaterial, scene: Scene): Model {
  const body = new Kit()
    .box('#d9834a', [-0.36, 0.64, -0.24], [0.36, 1.18, 0.24])
    .box('#4a4d5a', [-0.26, 0.5, -0.18], [0.26, 0.64, 0.18])
    .box('#ffe2a8', [-0.2, 0.8, 0.24], [0.2, 1.06, 0.29])
    .box('#2f7f8a', [-0.24, 0.68, -0.42], [0.24, 1.1, -0.24])
    .pair('#ffd166', [0.08, 0.6, -0.48], [0.2, 1.16, -0.38])
    .box('#e63946', [-0.3, 1.16, -0.25], [0.3, 1.27, 0.25])
    .box('#c62b3a', [0.08, 0.66, -0.54], [0.22, 1.24, -0.49])
    .ball('#e0935a', [0, 1.47, 0], 0.29, 0.88)
    .box('#1d2430', [-0.21, 1.4, 0.16], [0.21, 1.56, 0.29])
    .pair('#7df0ff', [0.06, 1.44, 0.28], [0.15, 1.53, 0.31])
    .pair('#4a4d5a', [0.27, 1.4, -0.07], [0.34, 1.56, 0.07])
    .box('#4a4d5a', [-0.02, 1.7, -0.02], [0.02, 1.88, 0.02])
    .ball('#e63946', [0, 1.92, 0], 0.06)
    .build('robot', material, scene);
  const leg = (name: string): Mesh =>
    new Kit()
      .box('#4a4d5a', [-0.1, -0.42, -0.11], [0.1, 0.02, 0.11])
      .box('#b8632f', [-0.14, -0.56, -0.15], [0.14, -0.4, 0.24])
      .build(name, material, scene);
  const left = new Kit()
    .ball('#b8632f', [0, 0, 0], 0.15)
    .box('#4a4d5a', [-0.07, -0.34, -0.08], [0.07, -0.06, 0.08])
    .box('#d9834a', [-0.1, -0.52, -0.1], [0.1, -0.3, 0.1])
    .build('robot-arm', material, scene);
  const gun = new Kit()
    .ball('#b8632f', [0, 0, 0], 0.15)
    .box('#4a4d5a', [-0.08, -0.1, 0.05], [0.08, 0.08, 0.3])
    .box('#2f7f8a', [-0.12, -0.14, 0.26], [0.12, 0.12, 0.62])
    .box('#7df0ff', [-0.07, -0.08, 0.6], [0.07, 0.06, 0.7])
    .build('robot-gun', material, scene);
  return join(body, [
    [leg('robot-leg-l'), [-0.18, 0.56, 0]],
    [leg('robot-leg-r'), [0.18, 0.56, 0]],
    [left, [-0.48, 1.06, 0]],
    [gun, [0.48, 1.06, 0]],
  ]);
}

/** One model of each kind of enemy, from which the others are copied. */
export function createEnemies(material: StandardMaterial, scene: Scene): Record<EnemyKind, Model> {
  const feet = (name: string, side: number): Mesh => {
    const kit = new Kit();
    for (const z of [-0.36, 0, 0.36]) {
      const thigh = [side * 0.05, side * 0.44].sort((a, b) => a - b);
      const foot = [side * 0.34, side * 0.48].sort((a, b) => a - b);
      kit.box('#40275c', [thigh[0], -0.12, z - 0.06], [thigh[1], 0.02, z + 0.06]);
      kit.box('#5c3a80', [foot[0], -0.34, z - 0.07], [foot[1], 0.02, z + 0.07]);
    }
    return kit.build(name, material, scene);
  };
  const beetle = new Kit()
    .ball('#a94fe6', [0, 0.48, -0.08], 0.58, 0.66)
    .box('#c58cf0', [-0.04, 0.6, -0.6], [0.04, 0.88, 0.3])
    .pair('#ffd166', [0.2, 0.68, -0.36], [0.36, 0.8, -0.16])
    .ball('#6a349c', [0, 0.42, 0.5], 0.28, 0.85)
    .pair('#fff07a', [0.09, 0.46, 0.68], [0.21, 0.58, 0.78])
    .pair('#f4ead2', [0.08, 0.22, 0.66], [0.16, 0.32, 1])
    .build('beetle', material, scene);
  const drone = new Kit()
    .ball('#ff6b57', [0, 0.4, 0], 0.42, 0.8)
    .cone('#2b2f3d', [0, 0.02, 0], [0.16, 0.34], 0.2)
    .box('#1d2430', [-0.24, 0.34, 0.28], [0.24, 0.54, 0.44])
    .box('#ff5c8a', [-0.1, 0.38, 0.42], [0.1, 0.5, 0.47])
    .pair('#f2e9dc', [0.36, 0.36, -0.08], [0.74, 0.44, 0.08])
    .cone('#2b2f3d', [0, 0.7, 0], [0.06, 0.06], 0.16)
    .build('drone', material, scene);
  const rotor = new Kit()
    .box('#dfe8f2', [-0.62, 0, -0.05], [0.62, 0.03, 0.05])
    .box('#dfe8f2', [-0.05, 0, -0.62], [0.05, 0.03, 0.62])
    .build('drone-rotor', material, scene);
  const brute = new Kit()
    .box('#6fbf78', [-0.72, 0.7, -0.45], [0.72, 1.65, 0.45])
    .box('#3f7350', [-0.5, 0.5, -0.34], [0.5, 0.7, 0.34])
    .box('#cfe58a', [-0.36, 0.95, 0.45], [0.36, 1.4, 0.52])
    .pair('#4f9960', [0.7, 1.2, -0.36], [1.08, 1.8, 0.36])
    .pair('#6fbf78', [0.74, 0.4, -0.2], [1.02, 1.2, 0.24])
    .pair('#f4ead2', [0.8, 1.8, -0.1], [0.94, 2.02, 0.1])
    .box('#4f9960', [-0.34, 1.62, -0.22], [0.34, 2.04, 0.36])
    .pair('#ff5c5c', [0.1, 1.8, 0.35], [0.24, 1.9, 0.4])
    .build('brute', material, scene);
  const stump = (name: string): Mesh =>
    new Kit().box('#3f7350', [-0.22, -0.6, -0.26], [0.22, 0, 0.32]).build(name, material, scene);
  return {
    beetle: join(beetle, [
      [feet('beetle-feet-l', -1), [-0.2, 0.34, 0]],
      [feet('beetle-feet-r', 1), [0.2, 0.34, 0]],
    ]),
    drone: join(drone, [[rotor, [0, 0.86, 0]]]),
    brute: join(brute, [
      [stump('brute-leg-l'), [-0.36, 0.6, 0]],
      [stump('brute-leg-r'), [0.36, 0.6, 0]],
    ]),
  };
}

/** One model of each pick-up. */
export function createPickups(material: StandardMaterial, scene: Scene): Record<PickupKind, Mesh> {
  const gear = new Kit().box('#ffca3a', [-0.22, 0.28, -0.07], [0.22, 0.72, 0.07]);
  for (const [x, y] of [
    [-0.33, 0],
    [0.22, 0],
    [-0.055, 0.275],
    [-0.055, -0.275],
  ])
    gear.box('#e09f1f', [x, 0.445 + y, -0.06], [x + 0.11, 0.555 + y, 0.06]);
  gear.box('#7a4f12', [-0.08, 0.42, -0.075], [0.08, 0.58, 0.075]);
  const heart = new Kit()
    .box('#f7f3ea', [-0.3, 0.2, -0.2], [0.3, 0.8, 0.2])
    .box('#e63946', [-0.07, 0.3, -0.21], [0.07, 0.7, 0.21])
    .box('#e63946', [-0.2, 0.43, -0.21], [0.2, 0.57, 0.21]);
  const bolt = new Kit()
    .box('#4cc9f0', [-0.02, 0.5, -0.08], [0.2, 0.9, 0.08])
    .box('#4cc9f0', [-0.2, 0.42, -0.08], [0.2, 0.56, 0.08])
    .box('#4cc9f0', [-0.2, 0.08, -0.08], [0.02, 0.46, 0.08]);
  return {
    gear: gear.build('gear', material, scene),
    heart: heart.build('heart', material, scene),
    bolt: bolt.build('bolt', material, scene),
  };
}
