import { TargetCamera } from '@babylonjs/core/Cameras/targetCamera.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { turnBetween } from '../../../shared/turnBetween.js';
import { TRACK } from '../sim/Track.js';
import type { Car } from '../sim/types.js';

const BACK = 6.4;
const UP = 2.35;
const AHEAD = 9;
const FOV = { still: 0.92, fast: 0.2 };

/** Rides behind a car, softly; further away and wider the faster it is. Moves by ticks. */
export class ChaseCamera {
  private readonly camera: TargetCamera;
  private readonly target = new Vector3();
  private yaw = 0;
  private y = 0;
  private pull = 0;
  private shake = 0;
  private ticks = 0;

  constructor(scene: Scene) {
    this.camera = new TargetCamera('camera', new Vector3(0, 6, -20), scene);
    this.camera.minZ = 0.3;
    this.camera.maxZ = 420;
  }

  /** Behind the car at once. */
  reset(car: Car): void {
    this.yaw = car.yaw;
    this.y = car.y;
    this.pull = 0;
    this.follow(car);
  }

  jolt(): void {
    this.shake = 1;
  }

  /** Flies around the grid, as behind the menu. */
  circle(): void {
    const { x, y, z } = TRACK.at(-16);
    const angle = ++this.ticks * 0.003 + 0.6;
    this.camera.fov = FOV.still;
    this.camera.position.set(x + Math.sin(angle) * 17, y + 4.6 + Math.sin(angle * 2) * 1.4, z + Math.cos(angle) * 12);
    this.camera.setTarget(this.target.set(x, y + 1.6, z));
  }

  /** One tick behind the car. */
  follow(car: Car): void {
    // It looks where the car goes rather than where it points, so that a slide is seen.
    const course = Math.abs(car.speed) > 6 ? Math.atan2(car.vx, car.vz) : car.yaw;
    const wanted = car.speed < -1 ? car.yaw : car.yaw + turnBetween(car.yaw, course) * 0.45;
    this.yaw += turnBetween(this.yaw, wanted) * 0.14;
    this.ride(car, BACK, UP);
  }

  /** One tick around a car that has finished. */
  admire(car: Car): void {
    this.yaw += 0.011;
    this.ride(car, BACK * 1.15, UP * 0.9);
  }

  private ride(car: Car, back: number, up: number): void {
    this.ticks++;
    this.shake *= 0.88;
    const pace = Math.min(1, Math.abs(car.speed) / 50);
    this.pull += (pace - this.pull) * 0.05;
    this.y += (car.y - this.y) * 0.25;
    const rumble = this.shake * 0.16 + (car.offRoad ? pace * 0.05 : 0);
    const [sin, cos] = [Math.sin(this.yaw), Math.cos(this.yaw)];
    const reach = back + this.pull * 1.5;
    this.camera.fov = FOV.still + FOV.fast * this.pull;
    this.camera.position.set(
      car.x - sin * reach + Math.sin(this.ticks * 2.1) * rumble,
      this.y + up + Math.sin(this.ticks * 2.9) * rumble,
      car.z - cos * reach,
    );
    this.camera.setTarget(this.target.set(car.x + sin * AHEAD, this.y + 0.9, car.z + cos * AHEAD));
  }
}
