import { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import { Color3 } from '@babylonjs/core/Maths/math.color.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { createTexture, type Pattern } from '../../../shared/babylon/createTexture.js';
import { banner, bark, bricks, crate, facade, grass, hedge, paving, plaster, roof, stones, tuft } from '../art/patterns.js';

const MATT = { grass, paving, bricks, stones, plaster, facade, roof, crate, hedge, bark };

/** What the yard's surfaces are made of. */
export type Surface = keyof typeof MATT | 'tuft' | 'banner' | 'gold';

/** Makes the textured materials of the yard. */
export function createMaterials(scene: Scene): Record<Surface, StandardMaterial> {
  const made = Object.fromEntries((Object.keys(MATT) as (keyof typeof MATT)[]).map((name) => [name, matt(name, scene)]));
  return {
    ...(made as Record<keyof typeof MATT, StandardMaterial>),
    tuft: cutOut('tuft', tuft, scene),
    banner: cutOut('banner', banner, scene),
    gold: gold(scene),
  };
}

function matt(name: keyof typeof MATT, scene: Scene): StandardMaterial {
  const material = new StandardMaterial(name, scene);
  material.diffuseTexture = createTexture(name, MATT[name], scene, name === 'bark' ? 128 : 256);
  material.specularColor = Color3.Black();
  return material;
}

/** Both sides visible, holes where the texture is transparent. */
function cutOut(name: string, pattern: Pattern, scene: Scene): StandardMaterial {
  const material = new StandardMaterial(name, scene);
  material.diffuseTexture = createTexture(name, pattern, scene, 128);
  material.diffuseTexture.hasAlpha = true;
  material.specularColor = Color3.Black();
  material.backFaceCulling = false;
  return material;
}

function gold(scene: Scene): StandardMaterial {
  const material = new StandardMaterial('gold', scene);
  material.diffuseColor = Color3.FromHexString('#f2c14e');
  material.emissiveColor = Color3.FromHexString('#6b4a10');
  material.specularColor = Color3.Black();
  return material;
}
