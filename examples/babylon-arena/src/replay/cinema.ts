import { HemisphericLight } from '@babylonjs/core/Lights/hemisphericLight.js';
import { PointLight } from '@babylonjs/core/Lights/pointLight.js';
import { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import { Color3, Color4 } from '@babylonjs/core/Maths/math.color.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { CreateBox } from '@babylonjs/core/Meshes/Builders/boxBuilder.js';
import { CreateCylinder } from '@babylonjs/core/Meshes/Builders/cylinderBuilder.js';
import { CreatePlane } from '@babylonjs/core/Meshes/Builders/planeBuilder.js';
import '@babylonjs/core/Meshes/instancedMesh.js';
import { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import type { Scene } from '@babylonjs/core/scene.js';

/** Metres: the room, and the screen in it at its far end. */
const ROOM = { width: 26, height: 11, depth: 34 };
const SCREEN = { width: 16, height: 9, y: 5.4, z: 15.5 };
const ROWS = { count: 5, seats: 13, gap: 2.3, first: 7.5, pitch: 1.45, rise: 0.42 };

/** A dark cinema; `screen` waits for a picture, and `shine` throws its light into the room. */
export interface Cinema {
  readonly screen: Mesh;
  shine(colour: Color3): void;
}

/** Builds the room, its seats and its curtains. */
export function createCinema(scene: Scene): Cinema {
  scene.clearColor = Color4.FromHexString('#020306ff');
  const air = new HemisphericLight('air', new Vector3(0, 1, 0), scene);
  air.intensity = 0.2;
  air.groundColor = Color3.FromHexString('#201410');
  air.specular = Color3.Black();
  const glow = new PointLight('glow', new Vector3(0, SCREEN.y, SCREEN.z - 3), scene);
  glow.specular = Color3.Black();
  glow.diffuse = Color3.Black();
  glow.range = 40;

  addRoom(scene);
  addCurtains(scene);
  addSeats(scene);
  addLamps(scene);
  const screen = CreatePlane('screen', SCREEN, scene);
  screen.position.set(0, SCREEN.y, SCREEN.z);
  const border = CreatePlane('border', { width: SCREEN.width + 0.5, height: SCREEN.height + 0.5 }, scene);
  border.position.set(0, SCREEN.y, SCREEN.z + 0.02);
  border.material = paint('border', '#000000', scene);
  return {
    screen,
    shine: ({ r, g, b }) => {
      // Slowly, as eyes and walls do.
      const now = glow.diffuse;
      now.set(now.r + (r - now.r) * 0.3, now.g + (g - now.g) * 0.3, now.b + (b - now.b) * 0.3);
    },
  };
}

function addRoom(scene: Scene): void {
  const { width, height, depth } = ROOM;
  const room = CreateBox('room', { width, height, depth, sideOrientation: Mesh.BACKSIDE }, scene);
  room.position.y = height / 2;
  room.material = paint('walls', '#6a5a70', scene);
  const floor = CreateBox('floor', { width, height: 0.1, depth }, scene);
  floor.material = paint('carpet', '#5a2a30', scene);
  const stage = CreateBox('stage', { width: width - 4, height: 0.7, depth: 3 }, scene);
  stage.position.set(0, 0.35, SCREEN.z - 0.5);
  stage.material = paint('stage', '#4a3428', scene);
  const panel = CreateBox('panel', { width: 0.2, height: 5, depth: 2.2 }, scene);
  panel.material = paint('panel', '#3c3350', scene);
  panel.isVisible = false;
  for (const side of [-1, 1])
    for (let i = 0; i < 5; i++) panel.createInstance(`panel ${side} ${i}`).position.set((side * width) / 2, 4.2, 10 - 5 * i);
}

function addCurtains(scene: Scene): void {
  const fold = CreateCylinder('fold', { height: ROOM.height - 0.8, diameter: 0.62, tessellation: 12 }, scene);
  fold.material = paint('velvet', '#8c1c28', scene);
  fold.isVisible = false;
  for (const side of [-1, 1])
    for (let i = 0; i < 9; i++) {
      const copy = fold.createInstance(`fold ${side} ${i}`);
      copy.position.set(side * (SCREEN.width / 2 + 0.5 + i * 0.5), ROOM.height / 2 + 0.3, SCREEN.z - 0.1 - 0.12 * (i % 2));
    }
}

/** Rows that rise towards the back, each seat a cushion and a back of one mesh. */
function addSeats(scene: Scene): void {
  const back = CreateBox('back', { width: 1.15, height: 1.15, depth: 0.22 }, scene);
  const top = CreateCylinder('top', { height: 1.15, diameter: 0.34, tessellation: 14 }, scene);
  top.rotation.z = Math.PI / 2;
  top.position.y = 0.58;
  const arm = CreateBox('arm', { width: 0.12, height: 0.55, depth: 0.9 }, scene);
  arm.position.set(0.66, -0.1, 0.45);
  const seat = Mesh.MergeMeshes([back, top, arm], true);
  if (!seat) return;
  seat.name = 'seat';
  seat.material = paint('seat', '#7a2430', scene);
  seat.isVisible = false;
  for (let row = 0; row < ROWS.count; row++) {
    const y = 0.75 + ROWS.rise * row;
    const z = ROWS.first - ROWS.gap * row;
    for (let i = 0; i < ROWS.seats; i++) {
      const copy = seat.createInstance(`seat ${row} ${i}`);
      copy.position.set((i - (ROWS.seats - 1) / 2 + (row % 2) / 2) * ROWS.pitch, y, z);
    }
  }
}

function addLamps(scene: Scene): void {
  const lamp = CreateBox('lamp', { width: 0.14, height: 0.5, depth: 0.3 }, scene);
  const light = new StandardMaterial('lamp', scene);
  light.disableLighting = true;
  light.emissiveColor = Color3.FromHexString('#b8743a');
  lamp.material = light;
  lamp.isVisible = false;
  for (const side of [-1, 1])
    for (let i = 0; i < 4; i++)
      lamp.createInstance(`lamp ${side} ${i}`).position.set(side * (ROOM.width / 2 - 0.1), 4.6, 7.5 - 5 * i);
}

function paint(name: string, colour: string, scene: Scene): StandardMaterial {
  const material = new StandardMaterial(name, scene);
  material.diffuseColor = Color3.FromHexString(colour);
  material.specularColor = Color3.Black();
  return material;
}
