import { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import { Color3 } from '@babylonjs/core/Maths/math.color.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { CreateTorus } from '@babylonjs/core/Meshes/Builders/torusBuilder.js';
import type { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import type { Scene } from '@babylonjs/core/scene.js';

const RADIUS = 110;
const RINGS = 24;
/** How near the middle of a ring the glider must pass, units. */
const WIDE = 5.5;
/** One round of the course, units. */
export const LAPS_LENGTH = 2 * Math.PI * RADIUS;

/** A place of the course: a wavy round. */
export function courseAt(travelled: number): { readonly at: Vector3; readonly ahead: Vector3; readonly side: Vector3 } {
  const at = pointAt(travelled);
  const ahead = pointAt(travelled + 1)
    .subtract(at)
    .normalize();
  return { at, ahead, side: Vector3.Cross(Vector3.Up(), ahead).normalize() };
}

function pointAt(travelled: number): Vector3 {
  const angle = travelled / RADIUS;
  const radius = RADIUS + 22 * Math.sin(3 * angle);
  return new Vector3(radius * Math.cos(angle), 15 + 5 * Math.sin(4 * angle), radius * Math.sin(angle));
}

/** The rings of the course. `update` is true when the glider, at `place`, has just flown through one. */
export function createRings(scene: Scene): { update(place: Vector3, seconds: number): boolean } {
  const rings = Array.from({ length: RINGS }, (_, i) => createRing(scene, i));
  return {
    update: (place, seconds) => {
      let flown = false;
      for (const { ring, glow } of rings) {
        ring.rotation.z += 0.4 * seconds;
        glow.emissiveColor.scaleToRef(Math.exp(-1.2 * seconds), glow.emissiveColor);
        if (Vector3.Distance(place, ring.position) > WIDE || glow.emissiveColor.r > 0.4) continue;
        glow.emissiveColor = new Color3(1, 0.9, 0.6);
        flown = true;
      }
      return flown;
    },
  };
}

function createRing(scene: Scene, i: number): { readonly ring: Mesh; readonly glow: StandardMaterial } {
  const { at, ahead } = courseAt((i / RINGS) * LAPS_LENGTH);
  const ring = CreateTorus(`ring ${i}`, { diameter: 12, thickness: 0.9, tessellation: 9 }, scene);
  // A torus lies flat: stand it up, across the course.
  ring.bakeCurrentTransformIntoVertices();
  ring.rotation.x = Math.PI / 2;
  ring.bakeCurrentTransformIntoVertices();
  ring.convertToFlatShadedMesh();
  ring.position = at;
  ring.rotation.y = Math.atan2(ahead.x, ahead.z);
  const glow = new StandardMaterial(`ring ${i}`, scene);
  glow.diffuseColor = Color3.FromHSV((i * 360) / RINGS, 0.55, 1);
  glow.specularColor = Color3.Black();
  ring.material = glow;
  return { ring, glow };
}
