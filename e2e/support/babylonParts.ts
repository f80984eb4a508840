import { Camera } from '@babylonjs/core/Cameras/camera.js';
import { FreeCamera } from '@babylonjs/core/Cameras/freeCamera.js';
import { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import { Color3 } from '@babylonjs/core/Maths/math.color.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { CreateBox } from '@babylonjs/core/Meshes/Builders/boxBuilder.js';
import type { Scene } from '@babylonjs/core/scene.js';

const HUD = [0, 255, 255] as const;

/** A second camera, without perspective, that draws a square of its own at the lower right of so many pixels. */
export function addHud(scene: Scene, game: Camera, columns: number, rows: number): void {
  const camera = new FreeCamera('hud', new Vector3(0, 0, -1000), scene);
  camera.mode = Camera.ORTHOGRAPHIC_CAMERA;
  camera.minZ = 1;
  [camera.orthoLeft, camera.orthoRight, camera.orthoTop, camera.orthoBottom] = [-columns / 2, columns / 2, rows / 2, -rows / 2];
  camera.layerMask = 0x10000000;
  const square = CreateBox('square', { size: 20 }, scene);
  square.position.set(columns / 2 - 20, 20 - rows / 2, -980);
  square.layerMask = camera.layerMask;
  square.material = paintOf(scene, HUD);
  scene.activeCameras = [game, camera];
}

/** A material of one colour, whatever the light. */
export function paintOf(scene: Scene, colour: readonly [number, number, number]): StandardMaterial {
  const paint = new StandardMaterial(`paint ${colour}`, scene);
  paint.disableLighting = true;
  paint.emissiveColor = new Color3(colour[0] / 255, colour[1] / 255, colour[2] / 255);
  return paint;
}
