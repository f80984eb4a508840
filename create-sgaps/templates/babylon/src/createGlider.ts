import { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import { Color3 } from '@babylonjs/core/Maths/math.color.js';
import { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import { VertexData } from '@babylonjs/core/Meshes/mesh.vertexData.js';
import { TransformNode } from '@babylonjs/core/Meshes/transformNode.js';
import type { Scene } from '@babylonjs/core/scene.js';

/** A folded paper plane, nose along +z. */
export function createGlider(scene: Scene): TransformNode {
  const glider = new TransformNode('glider', scene);
  const nose = [0, 0, 2.4];
  const keel = [0, -0.75, -1.6];
  for (const side of [-1, 1]) {
    const wing = [1.9 * side, 0.35, -1.6];
    const fold = [0.25 * side, 0.1, -1.6];
    addFacet(glider, `wing ${side}`, [nose, wing, fold], new Color3(1, 0.97, 0.92));
    addFacet(glider, `body ${side}`, [nose, fold, keel], new Color3(0.95, 0.45, 0.42));
  }
  return glider;
}

function addFacet(parent: TransformNode, name: string, corners: readonly number[][], colour: Color3): void {
  const scene = parent.getScene();
  const mesh = new Mesh(name, scene);
  const data = new VertexData();
  data.positions = corners.flat();
  data.indices = [0, 1, 2];
  data.normals = [];
  VertexData.ComputeNormals(data.positions, data.indices, data.normals);
  data.applyToMesh(mesh);
  const material = new StandardMaterial(name, scene);
  material.diffuseColor = colour;
  material.emissiveColor = colour.scale(0.25);
  material.specularColor = Color3.Black();
  // Seen from both sides.
  material.backFaceCulling = false;
  material.twoSidedLighting = true;
  mesh.material = material;
  mesh.parent = parent;
}
