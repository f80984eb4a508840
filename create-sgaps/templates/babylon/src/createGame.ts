import { FreeCamera } from '@babylonjs/core/Cameras/freeCamera.js';
import type { Engine } from '@babylonjs/core/Engines/engine.js';
import { DirectionalLight } from '@babylonjs/core/Lights/directionalLight.js';
import { HemisphericLight } from '@babylonjs/core/Lights/hemisphericLight.js';
import { Color3, Color4 } from '@babylonjs/core/Maths/math.color.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { Scene } from '@babylonjs/core/scene.js';
import { createGlider } from './createGlider.js';
import { createIslands, createSea } from './createWorld.js';
import { readKeys } from './readKeys.js';
import { courseAt, createRings, LAPS_LENGTH } from './rings.js';

/** Units a second. */
const SPEED = 26;
/** How far from its course the glider may be steered, units. */
const REACH = { x: 14, y: 8 };
/** Milliseconds without a key after which the glider flies by itself. */
const LEFT_ALONE = 2500;

export interface Game {
  readonly scene: Scene;
  /** Told of each ring that was flown through, with how many there were. */
  onRing: (count: number) => void;
}

/** A glider flies through rings over a sea with islands. */
export function createGame(engine: Engine): Game {
  const scene = new Scene(engine);
  scene.clearColor = new Color4(0.98, 0.72, 0.55, 1);
  scene.fogMode = Scene.FOGMODE_LINEAR;
  scene.fogColor = new Color3(0.98, 0.72, 0.55);
  scene.fogStart = 90;
  scene.fogEnd = 260;
  const sky = new HemisphericLight('sky', new Vector3(0, 1, 0), scene);
  sky.intensity = 0.75;
  sky.groundColor = new Color3(0.45, 0.4, 0.6);
  const sun = new DirectionalLight('sun', new Vector3(-1, -0.9, 0.4), scene);
  sun.diffuse = new Color3(1, 0.85, 0.65);

  const moveSea = createSea(scene);
  createIslands(scene);
  const rings = createRings(scene);
  const glider = createGlider(scene);
  const camera = new FreeCamera('camera', new Vector3(0, 20, -20), scene);
  camera.minZ = 0.5;
  camera.maxZ = 400;

  const keys = readKeys();
  const game: Game = { scene, onRing: () => undefined };
  const offset = { x: 0, y: 0 };
  let travelled = 0;
  let count = 0;

  scene.onBeforeRenderObservable.add(() => {
    const seconds = Math.min(engine.getDeltaTime(), 50) / 1000;
    travelled = (travelled + SPEED * seconds) % LAPS_LENGTH;
    const steered = performance.now() - keys.pressedAt < LEFT_ALONE;
    // By itself the glider swings a little, and comes back to the middle of the rings.
    const wanted = steered ? keys : { x: 0.12 * Math.sin(travelled / 9), y: 0.1 * Math.cos(travelled / 7) };
    const turn = 1 - Math.exp(-2.5 * seconds);
    offset.x += (wanted.x * REACH.x - offset.x) * turn;
    offset.y += (wanted.y * REACH.y - offset.y) * turn;

    const { at, ahead, side } = courseAt(travelled);
    const place = at.add(side.scale(offset.x)).addInPlaceFromFloats(0, offset.y, 0);
    glider.position.copyFrom(place);
    glider.rotation.set(
      -0.05 * (wanted.y * REACH.y - offset.y),
      Math.atan2(ahead.x, ahead.z),
      -0.07 * (wanted.x * REACH.x - offset.x),
    );
    const behind = place.subtract(ahead.scale(13)).addInPlaceFromFloats(0, 4, 0);
    Vector3.LerpToRef(camera.position, behind, 1 - Math.exp(-5 * seconds), camera.position);
    camera.setTarget(place.add(ahead.scale(8)));

    moveSea(performance.now() / 1000, place);
    if (rings.update(place, seconds)) game.onRing(++count);
  });
  return game;
}
