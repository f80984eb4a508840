import '@babylonjs/core/Meshes/thinInstanceMesh.js';
import type { Material } from '@babylonjs/core/Materials/material.js';
import { Matrix, Quaternion, Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import type { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { Kit } from '../../../shared/babylon/Kit.js';
import { SeededRandom } from '../../../shared/seededRandom.js';
import { LAND, landAt, roadNear } from './land.js';

/** Nearest to and furthest from the road's middle that a tree stands, metres. */
const NEAR = 20;
const FAR = 105;

/** Two woods, each one mesh that is drawn in many places at once. `clear` says where none may stand. */
export function addTrees(material: Material, scene: Scene, clear: (x: number, z: number) => boolean): Mesh[] {
  const pine = new Kit()
    .cone('#6b4a2f', [0, 0, 0], [0.28, 0.2], 1.6, 5)
    .cone('#2f6b3c', [0, 1.1, 0], [1.9, 0.7], 2, 7)
    .cone('#367a45', [0, 2.7, 0], [1.5, 0.45], 1.9, 7)
    .cone('#44904f', [0, 4.2, 0], [1.1, 0], 2.2, 7)
    .build('pine', material, scene);
  const oak = new Kit()
    .cone('#7a5536', [0, 0, 0], [0.36, 0.24], 2.1, 5)
    .ball('#5f9c42', [0, 3.4, 0], 1.9, 0.9)
    .ball('#78b04e', [0.8, 4.1, 0.4], 1.2, 0.9)
    .build('oak', material, scene);
  const random = new SeededRandom(4242);
  plant(pine, 190, random, clear);
  plant(oak, 120, random, clear);
  return [pine, oak];
}

function plant(tree: Mesh, count: number, random: SeededRandom, clear: (x: number, z: number) => boolean): void {
  const places = new Float32Array(16 * count);
  for (let i = 0; i < count; ) {
    const [x, z] = [random.range(-LAND.x, LAND.x), random.range(-LAND.z, LAND.z)];
    const { distance } = roadNear(x, z);
    // Most of them where they are seen.
    if (distance < NEAR || distance > FAR || clear(x, z) || random.next() < distance / (1.4 * FAR)) continue;
    const size = random.range(0.75, 1.5);
    const turn = Quaternion.RotationYawPitchRoll(random.range(0, Math.PI * 2), 0, 0);
    const scale = new Vector3(size * random.range(0.9, 1.1), size, size * random.range(0.9, 1.1));
    Matrix.Compose(scale, turn, new Vector3(x, landAt(x, z) - 0.3, z)).copyToArray(places, 16 * i);
    i++;
  }
  tree.thinInstanceSetBuffer('matrix', places, 16, true);
}
