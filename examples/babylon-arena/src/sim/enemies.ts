import type { SeededRandom } from '../../../shared/seededRandom.js';
import { turnBetween } from '../../../shared/turnBetween.js';
import type { FlowField } from './FlowField.js';
import { castRay, heightAt, pushOut, YARD } from './level.js';
import { type Enemy, type EnemyKind, near, type Place, type Player, TICK } from './types.js';

/** What an enemy of each kind can take and do: m, m/s, points. */
export const ENEMIES: Readonly<
  Record<EnemyKind, { health: number; speed: number; radius: number; height: number; hover: number; bite: number; score: number }>
> = {
  beetle: { health: 3, speed: 4.8, radius: 0.55, height: 0.9, hover: 0, bite: 10, score: 50 },
  drone: { health: 3, speed: 3.2, radius: 0.5, height: 0.8, hover: 1.5, bite: 6, score: 75 },
  brute: { health: 9, speed: 2.6, radius: 0.9, height: 1.9, hover: 0, bite: 20, score: 150 },
};

const SIGHT = 22;
const MEMORY = 240;
/** Drones keep this far away and shoot this often, m and ticks. */
const DRONE_DISTANCE = 7;
const DRONE_RELOAD = 95;

/** What enemies know of the world, and may do to it. */
export interface EnemySurroundings {
  readonly player: Player;
  readonly enemies: readonly Enemy[];
  readonly random: SeededRandom;
  /** From 1; later enemies are quicker. */
  readonly wave: number;
  /** Ways to the player. */
  readonly ways: FlowField;
  bite(enemy: Enemy, harm: number): void;
  shoot(from: Enemy, at: Place): void;
}

/** A new enemy at a free place far from the player. */
export function createEnemy(id: number, kind: EnemyKind, player: Player, random: SeededRandom): Enemy {
  const spot = freePlace(random, player, 13);
  const { health, hover } = ENEMIES[kind];
  return {
    ...{ id, kind, health, x: spot.x, y: hover, z: spot.z, yaw: random.range(-Math.PI, Math.PI), vx: 0, vz: 0, hitTicks: 0 },
    ...{ hunting: false, patience: 0, markX: spot.x, markZ: spot.z, reload: random.int(30, DRONE_RELOAD), stride: 0 },
  };
}

/** A place on the ground with nothing on it, at least `distance` from somebody. */
export function freePlace(random: SeededRandom, away: { x: number; z: number }, distance: number): { x: number; z: number } {
  for (;;) {
    const x = random.range(-YARD.half + 1.5, YARD.half - 1.5);
    const z = random.range(-YARD.half + 1.5, YARD.half - 1.5);
    if (heightAt(x, z, 1.1) === 0 && !near({ x, z }, away, distance)) return { x, z };
  }
}

/** One tick of one enemy: look, decide, walk, bite. */
export function moveEnemy(enemy: Enemy, world: EnemySurroundings): void {
  const { player, random } = world;
  const nature = ENEMIES[enemy.kind];
  if (enemy.hitTicks > 0) enemy.hitTicks--;
  look(enemy, player, nature.height);
  const heading = enemy.hunting ? hunt(enemy, world) : wander(enemy, random);
  const speed = heading === undefined ? 0 : nature.speed * (enemy.hunting ? 1 + Math.min(12, world.wave - 1) * 0.04 : 0.45);
  const wantX = heading === undefined ? 0 : Math.sin(heading) * speed;
  const wantZ = heading === undefined ? 0 : Math.cos(heading) * speed;
  enemy.vx += (wantX - enemy.vx) * 0.08;
  enemy.vz += (wantZ - enemy.vz) * 0.08;
  keepApart(enemy, world.enemies, nature.radius);
  enemy.x += enemy.vx * TICK;
  enemy.z += enemy.vz * TICK;
  enemy.stride += Math.hypot(enemy.vx, enemy.vz) * TICK;
  if (pushOut(enemy, enemy.y - nature.hover, nature.radius) && !enemy.hunting) enemy.patience -= 4;
  const floor = heightAt(enemy.x, enemy.z);
  enemy.y += (Math.min(floor, enemy.y - nature.hover + 0.45) + nature.hover - enemy.y) * 0.2;
  const face = enemy.hunting ? Math.atan2(player.x - enemy.x, player.z - enemy.z) : Math.atan2(enemy.vx, enemy.vz);
  enemy.yaw += turnBetween(enemy.yaw, face) * 0.1;
  const touches = near(enemy, player, nature.radius + 0.65) && Math.abs(enemy.y - nature.hover - player.y) < 1.4;
  if (touches && player.safeTicks === 0) world.bite(enemy, nature.bite);
}

function look(enemy: Enemy, player: Player, height: number): void {
  enemy.patience--;
  const sees =
    near(enemy, player, SIGHT) &&
    castRay({ x: enemy.x, y: enemy.y + height, z: enemy.z }, { x: player.x, y: player.y + 1.2, z: player.z }) === 1;
  if (sees) {
    enemy.hunting = true;
    enemy.patience = MEMORY;
  } else if (enemy.hunting && enemy.patience <= 0) enemy.hunting = false;
}

/** Heading towards the player, around what is in the way; drones stop at a distance and shoot. */
function hunt(enemy: Enemy, world: EnemySurroundings): number | undefined {
  const { player, ways } = world;
  const distance = Math.hypot(player.x - enemy.x, player.z - enemy.z);
  if (enemy.kind === 'drone') {
    const sees = enemy.patience > MEMORY - 20;
    if (--enemy.reload <= 0 && sees) {
      enemy.reload = DRONE_RELOAD - 4 * Math.min(12, world.wave);
      world.shoot(enemy, player);
    }
    if (distance < DRONE_DISTANCE && sees) return Math.atan2(enemy.x - player.x, enemy.z - player.z) + 1.1;
  }
  const next = distance < 2.5 ? player : ways.next(enemy.x, enemy.z);
  return next && Math.atan2(next.x - enemy.x, next.z - enemy.z);
}

function wander(enemy: Enemy, random: SeededRandom): number {
  if (enemy.patience <= 0 || near(enemy, { x: enemy.markX, z: enemy.markZ }, 1)) {
    const mark = freePlace(random, enemy, 3);
    enemy.markX = mark.x;
    enemy.markZ = mark.z;
    enemy.patience = random.int(180, 420);
  }
  return Math.atan2(enemy.markX - enemy.x, enemy.markZ - enemy.z);
}

function keepApart(enemy: Enemy, others: readonly Enemy[], radius: number): void {
  for (const other of others) {
    const room = radius + ENEMIES[other.kind].radius + 0.3;
    if (other === enemy || !near(enemy, other, room)) continue;
    enemy.vx += (enemy.x - other.x) * 0.35;
    enemy.vz += (enemy.z - other.z) * 0.35;
  }
}
