import { DirectionalLight } from '@babylonjs/core/Lights/directionalLight.js';
import { HemisphericLight } from '@babylonjs/core/Lights/hemisphericLight.js';
import { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import { Color3, Color4 } from '@babylonjs/core/Maths/math.color.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { CreateSphere } from '@babylonjs/core/Meshes/Builders/sphereBuilder.js';
import { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import { Scene } from '@babylonjs/core/scene.js';
import { createTexture, type Pattern } from '../../../shared/babylon/createTexture.js';
import { QuadMesh } from '../../../shared/babylon/QuadMesh.js';
import { asphalt, barrier, chequer, crowd, kerb, leaves, meadow, sky, testCard, verge } from '../art/patterns.js';
import { addBuildings, addScreens, isBuilt } from './buildings.js';
import { createGround } from './ground.js';
import { addRoad } from './road.js';
import { addTrees } from './trees.js';

const SURFACES = { asphalt, verge, kerb, barrier, chequer, crowd } as const satisfies Record<string, Pattern>;
type Surface = keyof typeof SURFACES;

/** Builds everything that stands still, in a dozen draw calls and without shadows. Gives the trackside screens, which show a test card. */
export function createStage(scene: Scene): { readonly screens: readonly Mesh[] } {
  light(scene);
  const names = Object.keys(SURFACES) as Surface[];
  const surfaces = Object.fromEntries(names.map((name) => [name, new QuadMesh()])) as Record<Surface, QuadMesh>;
  addRoad(surfaces);
  const painted = matt('painted', leaves, scene);
  const still = [
    ...addBuildings(
      matt('walls', () => [255, 255, 255], scene, 8),
      surfaces.crowd,
      surfaces.chequer,
      scene,
    ),
  ];
  still.push(...addTrees(painted, scene, isBuilt));
  for (const name of names) {
    const mesh = surfaces[name].build(name, scene);
    mesh.material = matt(name, SURFACES[name], scene);
    // Seen from its back where a bend is looked across.
    mesh.material.backFaceCulling = name !== 'barrier';
    still.push(mesh);
  }
  const ground = createGround(scene);
  ground.material = matt('ground', meadow, scene);
  still.push(ground);
  for (const mesh of still) {
    mesh.isPickable = false;
    mesh.freezeWorldMatrix();
    mesh.doNotSyncBoundingInfo = true;
  }
  addSky(scene);
  const screens = addScreens(scene);
  const card = new StandardMaterial('test card', scene);
  card.disableLighting = true;
  card.emissiveTexture = createTexture('test card', testCard, scene, 256, 128);
  for (const screen of screens) screen.material = card;
  return { screens };
}

function matt(name: string, pattern: Pattern, scene: Scene, size = 256): StandardMaterial {
  const material = new StandardMaterial(name, scene);
  material.diffuseTexture = createTexture(name, pattern, scene, size);
  material.specularColor = Color3.Black();
  return material;
}

function light(scene: Scene): void {
  scene.clearColor = Color4.FromHexString('#bfe0efff');
  scene.fogMode = Scene.FOGMODE_LINEAR;
  scene.fogColor = Color3.FromHexString('#d3e4e6');
  scene.fogStart = 70;
  scene.fogEnd = 330;
  const air = new HemisphericLight('air', new Vector3(0.2, 1, -0.3), scene);
  air.intensity = 0.6;
  air.diffuse = Color3.FromHexString('#dfeaff');
  air.groundColor = Color3.FromHexString('#9c9478');
  air.specular = Color3.Black();
  const sun = new DirectionalLight('sun', new Vector3(0.62, -0.72, 0.42), scene);
  sun.intensity = 0.75;
  sun.specular = Color3.Black();
  sun.diffuse = Color3.FromHexString('#ffe9c4');
}

function addSky(scene: Scene): void {
  const dome = CreateSphere('sky', { diameter: 700, segments: 12, sideOrientation: Mesh.BACKSIDE }, scene);
  const material = new StandardMaterial('sky', scene);
  material.disableLighting = true;
  material.emissiveTexture = createTexture('sky', (u, v) => sky(u, 1 - v), scene, 1024, 512);
  material.fogEnabled = false;
  dome.material = material;
  dome.infiniteDistance = true;
  dome.isPickable = false;
  dome.alwaysSelectAsActiveMesh = true;
}
