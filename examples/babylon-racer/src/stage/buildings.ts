import type { Material } from '@babylonjs/core/Materials/material.js';
import { CreatePlane } from '@babylonjs/core/Meshes/Builders/planeBuilder.js';
import type { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { Kit } from '../../../shared/babylon/Kit.js';
import type { QuadMesh } from '../../../shared/babylon/QuadMesh.js';
import { TRACK } from '../sim/Track.js';

/** A trackside screen, metres: its picture, and how high it hangs. */
const SCREEN = { width: 16, height: 9, foot: 3.4 };
/** Where the screens stand: metres along, and to the right of the road. */
const SCREENS = [
  { along: 88, across: -23 },
  { along: 452, across: 22 },
] as const;
/** The grandstand beside the start: metres along, and its distance from the road. */
const STAND = { from: -34, to: 34, across: 19, depth: 11, height: 7 };

/** True where something is built, or somebody wants to see the screens. */
export function isBuilt(x: number, z: number): boolean {
  const { along, across } = TRACK.locate(x, z);
  const before = (from: number, to: number): boolean => TRACK.wrap(along - from) < to - from;
  if (before(-45, 45) && Math.abs(across) < 46) return true;
  return SCREENS.some(
    (screen) =>
      Math.sign(across) === Math.sign(screen.across) && Math.abs(across) < 34 && before(screen.along - 90, screen.along + 12),
  );
}

/** Start gantry, grandstand and the screens' frames, painted. */
export function addBuildings(kitMaterial: Material, crowd: QuadMesh, chequer: QuadMesh, scene: Scene): Mesh[] {
  const gantry = new Kit()
    .pair('#3c4252', [8.6, -0.5, -0.35], [9.3, 6.2, 0.35])
    .box('#20242e', [-9.3, 5.2, -0.3], [9.3, 7.2, 0.3])
    .box('#c8323c', [-9.3, 7.2, -0.4], [9.3, 7.6, 0.4])
    .build('gantry', kitMaterial, scene);
  stand(gantry, 0, 0);
  const sign = (z: number, flip: 1 | -1): void => {
    const at = TRACK.at(0);
    const [sin, cos] = [Math.sin(at.heading), Math.cos(at.heading)];
    const point = (across: number, above: number) =>
      [at.x + cos * across + sin * z, at.y + above, at.z - sin * across + cos * z] as const;
    chequer.quad([point(-6.6 * flip, 5.4), point(6.6 * flip, 5.4), point(6.6 * flip, 7), point(-6.6 * flip, 7)], [0, 0, 2, 1]);
  };
  sign(-0.34, 1);
  sign(0.34, -1);
  return [gantry, addStand(kitMaterial, crowd, scene), ...SCREENS.map((_, i) => addFrame(i, kitMaterial, scene))];
}

/** The pictures of the screens, turned to the cars that come. */
export function addScreens(scene: Scene): Mesh[] {
  return SCREENS.map(({ along, across }, i) => {
    const screen = CreatePlane(`screen ${i}`, SCREEN, scene);
    stand(screen, along, across);
    screen.rotation.y += facing(across);
    screen.position.y += SCREEN.foot + SCREEN.height / 2;
    screen.isPickable = false;
    return screen;
  });
}

/** A screen looks a little towards the road. A plane shows its face to whoever looks along its z. */
const facing = (across: number): number => -Math.sign(across) * -0.32;

function addFrame(i: number, material: Material, scene: Scene): Mesh {
  const { width, height, foot } = SCREEN;
  const { along, across } = SCREENS[i];
  const half = width / 2;
  const frame = new Kit()
    .pair('#4a5163', [half - 3, -3, 0.5], [half - 2.2, foot + 1, 1.3])
    .box('#181b24', [-half - 0.4, foot - 0.4, 0.06], [half + 0.4, foot + height + 0.4, 0.9])
    .box('#c8323c', [-half - 0.4, foot + height + 0.4, 0], [half + 0.4, foot + height + 1.1, 0.9])
    .build(`frame ${i}`, material, scene);
  stand(frame, along, across);
  frame.rotation.y += facing(across);
  return frame;
}

/** Tiers of people on the outer side of the straight, and a roof over them. */
function addStand(material: Material, crowd: QuadMesh, scene: Scene): Mesh {
  const { from, to, across, depth, height } = STAND;
  const half = (to - from) / 2;
  const stand = new Kit()
    .box('#7b8494', [-half, -3, 0], [half, 0.8, 0.4])
    .box('#596273', [-half, -3, depth], [half, height + 4, depth + 0.5])
    .box('#e9edf3', [-half - 1, height + 3.6, 1.5], [half + 1, height + 4.1, depth + 1])
    .box('#c8323c', [-half - 1, height + 3.3, 1.4], [half + 1, height + 4.2, 1.7]);
  for (let x = -half; x <= half; x += half / 3)
    stand.box('#4a5163', [x - 0.2, height - 3, depth - 2], [x + 0.2, height + 3.6, depth - 1.6]);
  const mesh = stand.build('stand', material, scene);
  const middle = TRACK.at((from + to) / 2);
  mesh.position.set(middle.x + Math.cos(middle.heading) * across, middle.y, middle.z - Math.sin(middle.heading) * across);
  // Its front looks at the road, which lies to its left.
  mesh.rotation.y = middle.heading + Math.PI / 2;
  const cos = Math.cos(mesh.rotation.y);
  const sin = Math.sin(mesh.rotation.y);
  const point = (x: number, y: number, z: number) =>
    [mesh.position.x + x * cos + z * sin, mesh.position.y + y, mesh.position.z - x * sin + z * cos] as const;
  crowd.quad(
    [point(-half, 0.8, 0.4), point(half, 0.8, 0.4), point(half, height, depth), point(-half, height, depth)],
    [0, 0, 3, 1],
  );
  return mesh;
}

/** Puts something beside the road, looking along it. */
function stand(mesh: Mesh, along: number, across: number): void {
  const { x, y, z, heading } = TRACK.at(along);
  mesh.position.set(x + Math.cos(heading) * across, y - (across === 0 ? 0 : 0.6), z - Math.sin(heading) * across);
  mesh.rotation.y = heading;
}
