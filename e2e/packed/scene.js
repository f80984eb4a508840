/** A game to be recorded by what the README of @sgaps/babylon shows. */
import { ArcRotateCamera } from '@babylonjs/core/Cameras/arcRotateCamera.js';
import { Engine } from '@babylonjs/core/Engines/engine.js';
import { HemisphericLight } from '@babylonjs/core/Lights/hemisphericLight.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { CreateBox } from '@babylonjs/core/Meshes/Builders/boxBuilder.js';
import { Scene } from '@babylonjs/core/scene.js';

const canvas = document.createElement('canvas');
canvas.width = 640;
canvas.height = 360;
document.body.append(canvas);
const engine = new Engine(canvas, true);

export const scene = new Scene(engine);
const camera = new ArcRotateCamera('camera', 0, 1, 9, Vector3.Zero(), scene);
new HemisphericLight('light', Vector3.Up(), scene);
for (let i = -2; i <= 2; i++) CreateBox(`box ${i}`, { size: 1.2 }, scene).position.x = 1.8 * i;
scene.onBeforeRenderObservable.add(() => {
  camera.alpha += 0.02;
});
engine.runRenderLoop(() => scene.render());
