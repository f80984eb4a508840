import { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import { Color3 } from '@babylonjs/core/Maths/math.color.js';
import { CreateGround } from '@babylonjs/core/Meshes/Builders/groundBuilder.js';
import '@babylonjs/core/Meshes/instancedMesh.js';
import type { InstancedMesh } from '@babylonjs/core/Meshes/instancedMesh.js';
import type { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { createTexture } from '../../../shared/babylon/createTexture.js';
import { lacquer, shadow } from '../art/patterns.js';
import { TRACK } from '../sim/Track.js';
import type { Car } from '../sim/types.js';
import { RACE, type World } from '../sim/World.js';
import { createBody, createWheel, WHEELS } from './models.js';

/** A car as it is drawn. */
interface CarModel {
  readonly body: Mesh;
  readonly wheels: readonly InstancedMesh[];
  readonly shade: InstancedMesh;
}

/** Draws the cars; follows the world, never changes it. */
export class CarsView {
  private readonly models: readonly CarModel[];
  private readonly wheel: Mesh;
  private readonly blot: Mesh;

  constructor(scene: Scene) {
    const paint = new StandardMaterial('lacquer', scene);
    paint.diffuseTexture = createTexture('lacquer', lacquer, scene, 64);
    paint.specularColor = new Color3(0.32, 0.32, 0.3);
    paint.specularPower = 40;
    this.wheel = createWheel(paint, scene);
    this.blot = CreateGround('shade', { width: 3.4, height: 5.6 }, scene);
    this.blot.material = createShade(scene);
    this.models = Array.from({ length: RACE.cars }, (_, id) => {
      const body = createBody(id, paint, scene);
      body.isPickable = false;
      const wheels = WHEELS.map((_, i) => this.wheel.createInstance(`wheel ${id} ${i}`));
      for (const wheel of wheels) wheel.parent = body;
      return { body, wheels, shade: this.blot.createInstance(`shade ${id}`) };
    });
    this.wheel.isVisible = false;
    this.blot.isVisible = false;
  }

  /** Resolves when all of it can be drawn at once. */
  async ready(): Promise<void> {
    const [{ body }] = this.models;
    await Promise.all([
      body.material?.forceCompilationAsync(body),
      ...[this.wheel, this.blot].map((mesh) => mesh.material?.forceCompilationAsync(mesh, { useInstances: true })),
    ]);
  }

  /** Puts everything where the world has it. */
  follow({ cars, ticks }: World): void {
    for (const car of cars) this.place(this.models[car.id], car, ticks);
  }

  private place({ body, wheels, shade }: CarModel, car: Car, ticks: number): void {
    const { slope, heading } = TRACK.at(car.along);
    const pitch = -Math.atan(slope * Math.cos(car.yaw - heading));
    const shake = car.offRoad ? Math.sin(ticks * 1.7 + car.id) * Math.min(0.05, Math.abs(car.speed) * 0.002) : 0;
    // A car leans out of a bend, and dives when it brakes.
    const lean = car.steer * Math.min(1, Math.abs(car.speed) / 25) * 0.035;
    body.position.set(car.x, car.y + 0.03 + Math.abs(shake), car.z);
    body.rotation.set(pitch + (car.braking ? 0.018 : -0.004), car.yaw, lean + shake);
    shade.position.set(car.x, car.y + 0.06, car.z);
    shade.rotation.set(pitch, car.yaw, 0);
    wheels.forEach((wheel, i) => {
      const [x, y, z] = WHEELS[i];
      wheel.position.set(x, y, z);
      wheel.rotation.set(car.rolled / 0.38, i < 2 ? car.steer * 0.42 : 0, 0);
    });
  }
}

function createShade(scene: Scene): StandardMaterial {
  const material = new StandardMaterial('shade', scene);
  material.diffuseTexture = createTexture('shade', shadow, scene, 64);
  material.diffuseTexture.hasAlpha = true;
  material.useAlphaFromDiffuseTexture = true;
  material.disableLighting = true;
  material.emissiveColor = Color3.Black();
  material.specularColor = Color3.Black();
  material.zOffset = -2;
  return material;
}
