import { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import { VertexData } from '@babylonjs/core/Meshes/mesh.vertexData.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { hex, mix, smooth } from '../../../shared/babylon/colour.js';
import { fractal } from '../../../shared/babylon/noise.js';
import { LAND, landAt } from './land.js';

const CELL = 6;
const TILE = 22;

/** The valley's floor and hills as one mesh, darker in its hollows and dry on its heights. */
export function createGround(scene: Scene): Mesh {
  const columns = Math.round((2 * LAND.x) / CELL) + 1;
  const rows = Math.round((2 * LAND.z) / CELL) + 1;
  const [positions, uvs, colors, normals, indices]: number[][] = [[], [], [], [], []];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [x, z] = [column * CELL - LAND.x, row * CELL - LAND.z];
      const y = landAt(x, z);
      positions.push(x, y, z);
      uvs.push(x / TILE, z / TILE);
      const lush = mix(hex('#4f8f3c'), hex('#8fb551'), fractal(x / 180 + 9, z / 180 + 9, 9, 3, 5));
      const [red, green, blue] = mix(lush, hex('#c2b273'), smooth(9, 26, y) * 0.7);
      colors.push(red / 255, green / 255, blue / 255, 1);
      if (row === 0 || column === 0) continue;
      const at = row * columns + column;
      indices.push(at - columns - 1, at - columns, at, at - columns - 1, at, at - 1);
    }
  }
  VertexData.ComputeNormals(positions, indices, normals);
  const data = new VertexData();
  Object.assign(data, { positions, uvs, colors, normals, indices });
  const mesh = new Mesh('ground', scene);
  data.applyToMesh(mesh);
  return mesh;
}
