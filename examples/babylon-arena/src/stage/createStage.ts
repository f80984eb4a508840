import { DirectionalLight } from '@babylonjs/core/Lights/directionalLight.js';
import { HemisphericLight } from '@babylonjs/core/Lights/hemisphericLight.js';
import { ShadowGenerator } from '@babylonjs/core/Lights/Shadows/shadowGenerator.js';
import '@babylonjs/core/Lights/Shadows/shadowGeneratorSceneComponent.js';
import { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import { Color3, Color4 } from '@babylonjs/core/Maths/math.color.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { CreateSphere } from '@babylonjs/core/Meshes/Builders/sphereBuilder.js';
import { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import { Scene } from '@babylonjs/core/scene.js';
import { createTexture } from '../../../shared/babylon/createTexture.js';
import { QuadMesh } from '../../../shared/babylon/QuadMesh.js';
import { sky } from '../art/patterns.js';
import { SOLIDS } from '../sim/level.js';
import { addBanners, addSolid, type Surfaces } from './buildings.js';
import { addGround } from './ground.js';
import { createMaterials, type Surface } from './Materials.js';

const SHADOW_MAP = 1024;
/** What lies flat. */
const FLAT: readonly Surface[] = ['paving', 'grass'];
/** What throws no shadow. */
const NO_SHADOW: readonly Surface[] = [...FLAT, 'tuft', 'banner'];

/** Builds everything that stands still: ground, buildings, sky and light. Whoever moves asks for its shadow by `castShadow`. */
export function createStage(scene: Scene, shadows: boolean): { castShadow: (mesh: Mesh) => void } {
  const caster = light(scene, shadows);
  const castShadow = (mesh: Mesh): void => {
    caster?.addShadowCaster(mesh, false);
  };
  const materials = createMaterials(scene);
  // Drawn in this order: what stands in front first, so that less is painted twice.
  const names = (Object.keys(materials) as Surface[]).sort((a, b) => Number(FLAT.includes(a)) - Number(FLAT.includes(b)));
  const surfaces = Object.fromEntries(names.map((name) => [name, new QuadMesh()])) as unknown as Surfaces;
  addGround(surfaces);
  SOLIDS.forEach((solid, i) => addSolid(surfaces, solid, i));
  addBanners(surfaces);
  for (const name of names) {
    const mesh = surfaces[name].build(`yard-${name}`, scene);
    mesh.material = materials[name];
    mesh.receiveShadows = shadows;
    mesh.freezeWorldMatrix();
    mesh.alwaysSelectAsActiveMesh = true;
    if (!NO_SHADOW.includes(name)) castShadow(mesh);
  }
  addSky(scene);
  return { castShadow };
}

function light(scene: Scene, shadows: boolean): ShadowGenerator | undefined {
  scene.clearColor = Color4.FromHexString('#a8d8eeff');
  scene.fogMode = Scene.FOGMODE_LINEAR;
  scene.fogColor = Color3.FromHexString('#cfe3e6');
  scene.fogStart = 25;
  scene.fogEnd = 110;
  const air = new HemisphericLight('air', new Vector3(0.2, 1, -0.3), scene);
  air.intensity = 0.46;
  air.diffuse = Color3.FromHexString('#e4eeff');
  air.groundColor = Color3.FromHexString('#b3a58c');
  air.specular = Color3.Black();
  const sun = new DirectionalLight('sun', new Vector3(-0.62, -0.9, 0.36), scene);
  sun.intensity = 0.82;
  sun.specular = Color3.Black();
  sun.diffuse = Color3.FromHexString('#ffeccb');
  if (!shadows) return undefined;
  sun.position = new Vector3(28, 40, -16);
  sun.autoUpdateExtends = false;
  sun.autoCalcShadowZBounds = false;
  Object.assign(sun, { orthoLeft: -34, orthoRight: 34, orthoBottom: -32, orthoTop: 32, shadowMinZ: 5, shadowMaxZ: 90 });
  const caster = new ShadowGenerator(SHADOW_MAP, sun);
  caster.usePercentageCloserFiltering = true;
  caster.filteringQuality = ShadowGenerator.QUALITY_LOW;
  caster.bias = 0.002;
  caster.normalBias = 0.02;
  caster.darkness = 0.08;
  return caster;
}

function addSky(scene: Scene): void {
  const dome = CreateSphere('sky', { diameter: 300, segments: 12, sideOrientation: Mesh.BACKSIDE }, scene);
  const material = new StandardMaterial('sky', scene);
  material.disableLighting = true;
  material.emissiveTexture = createTexture('sky', (u, v) => sky(u, 1 - v), scene, 1024, 512);
  material.fogEnabled = false;
  dome.material = material;
  dome.infiniteDistance = true;
  dome.isPickable = false;
  dome.alwaysSelectAsActiveMesh = true;
}
