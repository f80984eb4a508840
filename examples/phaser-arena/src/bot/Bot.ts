import { SeededRandom } from '../../../shared/seededRandom.js';
import { ARENA, clearSight } from '../sim/arena.js';
import type { ArenaWorld, Drive } from '../sim/world.js';

/** Plays the arena: shoots the nearest drone in sight, keeps its distance, fetches gems and wanders from mark to mark. */
export class Bot {
  private readonly random: SeededRandom;
  private readonly drive: Drive = { x: 0, y: 0, aim: 0, fire: false };
  private readonly mark = { x: ARENA.size / 2, y: ARENA.size / 2 };
  private patience = 0;

  constructor(seed: number) {
    this.random = new SeededRandom(seed ^ 0x3c6ef372);
  }

  /** What to hold down in the coming tick. */
  steer(world: ArenaWorld): Drive {
    const { player, drones, gems, walls } = world;
    const { drive, mark } = this;
    if (--this.patience <= 0 || Math.hypot(mark.x - player.x, mark.y - player.y) < 40) this.choose(gems);
    drive.x = (mark.x - player.x) / 60;
    drive.y = (mark.y - player.y) / 60;
    let nearest = 340;
    drive.fire = false;
    for (const drone of drones) {
      const dx = drone.x - player.x;
      const dy = drone.y - player.y;
      const distance = Math.sqrt(dx * dx + dy * dy);
      if (distance < 170) {
        drive.x -= (dx / distance) * (170 - distance) * 0.03;
        drive.y -= (dy / distance) * (170 - distance) * 0.03;
      }
      if (distance > nearest || !clearSight(player.x, player.y, drone.x, drone.y, walls)) continue;
      nearest = distance;
      drive.aim = Math.atan2(dy + drone.vy * (distance / 520), dx + drone.vx * (distance / 520));
      drive.fire = true;
    }
    if (!drive.fire) drive.aim = Math.atan2(player.vy, player.vx);
    for (const wall of walls) this.avoid(wall, player);
    return drive;
  }

  private choose(gems: readonly { x: number; y: number }[]): void {
    const wander = { x: this.random.range(120, ARENA.size - 120), y: this.random.range(120, ARENA.size - 120) };
    Object.assign(this.mark, gems.length > 0 && this.random.chance(0.7) ? this.random.pick(gems) : wander);
    this.patience = this.random.int(90, 240);
  }

  /** Steers along a wall that is close instead of into it. */
  private avoid(wall: { x: number; y: number; width: number; height: number }, player: { x: number; y: number }): void {
    const dx = player.x - Math.max(wall.x, Math.min(player.x, wall.x + wall.width));
    const dy = player.y - Math.max(wall.y, Math.min(player.y, wall.y + wall.height));
    const distance = Math.sqrt(dx * dx + dy * dy);
    if (distance === 0 || distance > 44) return;
    const push = (44 - distance) * 0.06;
    this.drive.x += (dx / distance) * push - (dy / distance) * push * 0.6;
    this.drive.y += (dy / distance) * push + (dx / distance) * push * 0.6;
  }
}
