import { SeededRandom } from '../../../shared/seededRandom.js';
import { turnBetween } from '../../../shared/turnBetween.js';
import { freePlace } from '../sim/enemies.js';
import { FlowField } from '../sim/FlowField.js';
import { type Command, type Enemy, near, type Place, type Shot } from '../sim/types.js';
import type { World } from '../sim/World.js';

const REACH = 13;
const TURN = 0.055;

/** Plays the yard: shoots the nearest enemy in sight, circles at a distance, fetches what lies about and goes looking for the rest. */
export class Bot {
  private readonly random: SeededRandom;
  private readonly ways = new FlowField();
  private readonly command: Command = { forward: 0, strafe: 0, turn: 0, tilt: 0, fire: false, jump: false };
  private goal = { x: 0, z: 0 };
  private patience = 0;
  private side = 1;

  constructor(seed: number) {
    this.random = new SeededRandom(seed ^ 0x3c6ef372);
  }

  /** What to do in the coming tick. */
  steer(world: World): Command {
    const { command } = this;
    const { player } = world;
    if (--this.patience <= 0 || near(player, this.goal, 1)) this.choose(world);
    else if (this.patience % 30 === 0) this.ways.aim(this.goal.x, this.goal.z);
    const next = this.ways.next(player.x, player.z) ?? this.goal;
    const course = Math.atan2(next.x - player.x, next.z - player.z);
    const enemy = nearestInSight(world);
    const face = enemy ? headingTo(world, enemy) : course;
    const off = turnBetween(player.yaw, face);
    command.turn = Math.max(-TURN, Math.min(TURN, off * 0.14));
    command.tilt = (0.14 - player.tilt) * 0.02;
    command.fire = enemy !== undefined && Math.abs(off) < 0.14;
    this.walk(course, enemy, world);
    command.jump = player.grounded && world.shots.some((shot) => comesClose(shot, player)) && this.random.chance(0.1);
    return command;
  }

  /** Follows the course, but backs away from and around an enemy that is close. */
  private walk(course: number, enemy: Enemy | undefined, { player }: World): void {
    const { command } = this;
    const relative = turnBetween(player.yaw, course);
    const ease = enemy ? 0.75 : Math.max(0.25, Math.cos(relative));
    command.forward = Math.cos(relative) * ease;
    command.strafe = Math.sin(relative) * ease;
    const distance = enemy ? Math.hypot(enemy.x - player.x, enemy.z - player.z) : REACH;
    if (distance > 6) return;
    command.forward = distance < 4.5 ? -1 : command.forward * 0.3;
    command.strafe = this.side * 0.8;
  }

  private choose(world: World): void {
    const { random } = this;
    const { player } = world;
    const hurt = player.health < 70;
    const wanted = world.pickups.filter(({ kind }) => !hurt || kind === 'heart');
    const place =
      closest(wanted, player, hurt ? 60 : 16) ??
      closest(world.enemies, player, 60) ??
      (random.chance(0.3) ? { x: 0, z: 2.5 } : freePlace(random, player, 8));
    this.goal = { x: place.x, z: place.z };
    this.patience = random.int(60, 150);
    this.side = random.chance(0.5) ? 1 : -1;
    this.ways.aim(place.x, place.z);
  }
}

function nearestInSight(world: World): Enemy | undefined {
  const seen = world.enemies.filter((enemy) => near(enemy, world.player, REACH) && world.sees(enemy));
  return closest(seen, world.player, REACH);
}

/** Heading to where an enemy will be when a shot gets there. */
function headingTo({ player }: World, enemy: Enemy): number {
  const time = Math.hypot(enemy.x - player.x, enemy.z - player.z) / 24;
  return Math.atan2(enemy.x + enemy.vx * time - player.x, enemy.z + enemy.vz * time - player.z);
}

function comesClose(shot: Shot, player: Place): boolean {
  return shot.hostile && near(shot, player, 3.5);
}

function closest<T extends { x: number; z: number }>(
  list: readonly T[],
  from: { x: number; z: number },
  reach: number,
): T | undefined {
  let best: T | undefined;
  let least = reach;
  for (const item of list) {
    const distance = Math.hypot(item.x - from.x, item.z - from.z);
    if (distance >= least) continue;
    least = distance;
    best = item;
  }
  return best;
}
