import { VertexBuffer } from '@babylonjs/core/Buffers/buffer.js';
import { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import { Color3 } from '@babylonjs/core/Maths/math.color.js';
import type { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { CreateCylinder } from '@babylonjs/core/Meshes/Builders/cylinderBuilder.js';
import { CreateGround } from '@babylonjs/core/Meshes/Builders/groundBuilder.js';
import { CreateIcoSphere } from '@babylonjs/core/Meshes/Builders/icoSphereBuilder.js';
import type { Scene } from '@babylonjs/core/scene.js';

const SEA = 480;
/** Side of a wave's facet, units: the sea follows the glider in steps of it. */
const FACET = 12;

/** A sea of facets; the function it gives moves its waves, and keeps it below a place. */
export function createSea(scene: Scene): (seconds: number, place: Vector3) => void {
  const sea = CreateGround('sea', { width: SEA, height: SEA, subdivisions: SEA / FACET, updatable: true }, scene);
  sea.convertToFlatShadedMesh();
  sea.material = paint(scene, 'sea', new Color3(0.16, 0.45, 0.6), 0.5);
  const points = sea.getVerticesData(VertexBuffer.PositionKind) as Float32Array | number[];
  return (seconds, place) => {
    sea.position.x = Math.round(place.x / FACET) * FACET;
    sea.position.z = Math.round(place.z / FACET) * FACET;
    for (let at = 0; at < points.length; at += 3) {
      const x = points[at] + sea.position.x;
      const z = points[at + 2] + sea.position.z;
      points[at + 1] = 0.9 * Math.sin(x / 9 + seconds) + 0.9 * Math.cos(z / 11 + 0.8 * seconds);
    }
    sea.updateVerticesData(VertexBuffer.PositionKind, points);
    sea.createNormals(true);
  };
}

/** Rocks with trees, the same ones every time. */
export function createIslands(scene: Scene): void {
  const rock = paint(scene, 'rock', new Color3(0.62, 0.5, 0.48), 0);
  const grass = paint(scene, 'grass', new Color3(0.45, 0.68, 0.35), 0);
  const trunk = paint(scene, 'trunk', new Color3(0.4, 0.28, 0.22), 0);
  const leaf = paint(scene, 'leaf', new Color3(0.2, 0.5, 0.38), 0);
  for (let i = 0; i < 26; i++) {
    const angle = i * 2.4;
    const away = i % 3 === 0 ? 30 + ((i * 7) % 40) : 135 + ((i * 37) % 90);
    const size = 6 + ((i * 5) % 9);
    const [x, z] = [away * Math.cos(angle), away * Math.sin(angle)];
    const island = CreateIcoSphere(`island ${i}`, { radius: size, subdivisions: 2, flat: true }, scene);
    island.scaling.y = 0.45;
    island.position.set(x, 0, z);
    island.rotation.y = i;
    island.material = rock;
    const top = CreateIcoSphere(`meadow ${i}`, { radius: 0.86 * size, subdivisions: 2, flat: true }, scene);
    top.scaling.y = 0.4;
    top.position.set(x, 0.16 * size, z);
    top.rotation.y = 2 * i;
    top.material = grass;
    for (let k = 0; k < 3; k++) {
      const turn = i + 2.1 * k;
      const [tx, tz] = [x + 0.45 * size * Math.cos(turn), z + 0.45 * size * Math.sin(turn)];
      const stem = CreateCylinder(`stem ${i} ${k}`, { height: 3, diameter: 0.7, tessellation: 6 }, scene);
      stem.position.set(tx, 0.45 * size + 1, tz);
      stem.material = trunk;
      const crown = CreateCylinder(
        `crown ${i} ${k}`,
        { height: 5 + k, diameterTop: 0, diameterBottom: 3.6, tessellation: 7 },
        scene,
      );
      crown.convertToFlatShadedMesh();
      crown.position.set(tx, 0.45 * size + 4 + k / 2, tz);
      crown.material = leaf;
    }
  }
}

function paint(scene: Scene, name: string, colour: Color3, shine: number): StandardMaterial {
  const material = new StandardMaterial(name, scene);
  material.diffuseColor = colour;
  material.specularColor = new Color3(shine, shine, shine);
  return material;
}
