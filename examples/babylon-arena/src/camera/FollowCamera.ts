import { TargetCamera } from '@babylonjs/core/Cameras/targetCamera.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { turnBetween } from '../../../shared/turnBetween.js';
import { castRay } from '../sim/level.js';
import type { Player } from '../sim/types.js';

const DISTANCE = 5.4;
const SHOULDER = 0.75;
const EYE = 1.75;
const AHEAD = 14;
/** How far the camera stays off what is behind it, metres, and the least share of its distance. */
const MARGIN = 0.5;
const LEAST = 0.15;

/** Follows the robot over its shoulder, softly, and comes closer where a wall is behind it. Moves by ticks. */
export class FollowCamera {
  private readonly camera: TargetCamera;
  private readonly at = new Vector3();
  private readonly target = new Vector3();
  private yaw = 0;
  /** Share of its distance that the camera has. */
  private room = 1;
  private shake = 0;
  private ticks = 0;

  constructor(scene: Scene) {
    this.camera = new TargetCamera('camera', new Vector3(0, 6, -20), scene);
    this.camera.fov = 0.95;
    this.camera.minZ = 0.2;
    this.camera.maxZ = 400;
  }

  /** Behind the player at once. */
  reset(player: Player): void {
    this.yaw = player.yaw;
    this.room = DISTANCE / (DISTANCE + MARGIN);
    this.at.set(player.x, player.y, player.z);
    this.follow(player);
  }

  jolt(): void {
    this.shake = 1;
  }

  /** Circles the yard, as behind the menu. */
  circle(): void {
    const angle = ++this.ticks * 0.0022 + 2.6;
    this.camera.position.set(Math.sin(angle) * 17.5, 6.2 + Math.sin(angle * 2) * 1.2, Math.cos(angle) * 17.5);
    this.camera.setTarget(this.target.set(Math.sin(angle + 2.2) * 4, 1.8, Math.cos(angle + 2.2) * 4));
  }

  /** One tick behind the player. */
  follow(player: Player): void {
    this.yaw += turnBetween(this.yaw, player.yaw) * 0.2;
    this.tick(player, player.tilt, DISTANCE, SHOULDER);
  }

  /** One tick around the place where the player ended. */
  mourn(player: Player): void {
    this.yaw += 0.006;
    this.tick(player, 0.5, DISTANCE * 1.5, 0);
  }

  private tick(player: Player, tilt: number, reach: number, shoulder: number): void {
    this.ticks++;
    this.at.x += (player.x - this.at.x) * 0.35;
    this.at.z += (player.z - this.at.z) * 0.35;
    this.at.y += (player.y - this.at.y) * 0.15;
    this.shake *= 0.9;
    const sin = Math.sin(this.yaw);
    const cos = Math.cos(this.yaw);
    const rise = Math.sin(tilt);
    const level = Math.cos(tilt) * (reach + MARGIN);
    const head = { x: this.at.x, y: this.at.y + EYE, z: this.at.z };
    const back = {
      x: head.x - sin * level + cos * shoulder,
      y: head.y + rise * (reach + MARGIN) + 0.25,
      z: head.z - cos * level - sin * shoulder,
    };
    const room = Math.max(LEAST, castRay(head, back) - MARGIN / (reach + MARGIN));
    this.room += (room - this.room) * (room < this.room ? 0.5 : 0.06);
    const jolt = this.shake * 0.12;
    this.camera.position.set(
      head.x + (back.x - head.x) * this.room + Math.sin(this.ticks * 1.9) * jolt,
      head.y + (back.y - head.y) * this.room + Math.sin(this.ticks * 2.7) * jolt,
      head.z + (back.z - head.z) * this.room,
    );
    const down = rise * AHEAD * 0.55 + 0.3;
    this.target.set(head.x + sin * AHEAD + cos * shoulder, head.y - down, head.z + cos * AHEAD - sin * shoulder);
    this.camera.setTarget(this.target);
  }
}
