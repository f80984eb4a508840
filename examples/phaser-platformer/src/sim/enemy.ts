import { type Body, moveBody } from './body.js';
import type { EnemyKind, EnemySpec } from './level.js';
import type { TileGrid } from './tiles.js';

/** A living (or just squashed) enemy. */
export interface Enemy extends Body {
  kind: EnemyKind;
  facing: 1 | -1;
  alive: boolean;
  /** Ticks since it was squashed. */
  deadTicks: number;
  homeX: number;
  homeY: number;
  range: number;
  age: number;
}

const SPEED: Record<EnemyKind, number> = { slime: 38, flyer: 70, spiky: 52 };
const SIZE: Record<EnemyKind, [number, number]> = { slime: [26, 20], flyer: [26, 20], spiky: [28, 20] };
const GRAVITY = 1400;

/** Makes an enemy from its place in the level; `phase` (ticks) sets where in its movement it begins. */
export function createEnemy(spec: EnemySpec, phase: number): Enemy {
  const [width, height] = SIZE[spec.kind];
  return {
    ...{ kind: spec.kind, facing: -1, alive: true, deadTicks: 0 },
    ...{ homeX: spec.x, homeY: spec.y, range: spec.range, age: phase },
    ...{ x: spec.x, y: spec.y, width, height, vx: 0, vy: 0, onGround: false, hitWall: false },
  };
}

/** One tick: walkers turn at walls and edges, flyers go to and fro and bob. */
export function moveEnemy(enemy: Enemy, grid: TileGrid, dt: number): void {
  enemy.age++;
  if (!enemy.alive) {
    enemy.deadTicks++;
    enemy.vy += GRAVITY * dt;
    enemy.y += enemy.kind === 'slime' ? 0 : enemy.vy * dt;
    return;
  }
  const speed = SPEED[enemy.kind];
  if (enemy.kind === 'flyer') {
    enemy.x += enemy.facing * speed * dt;
    if (enemy.x < enemy.homeX - enemy.range) enemy.facing = 1;
    if (enemy.x > enemy.homeX + enemy.range) enemy.facing = -1;
    enemy.y = enemy.homeY + 14 * bob(enemy.age / 90);
    return;
  }
  enemy.vx = enemy.facing * speed;
  enemy.vy = Math.min(enemy.vy + GRAVITY * dt, 600);
  moveBody(enemy, grid, dt);
  const ahead = enemy.x + enemy.facing * (enemy.width / 2 + 2);
  if (enemy.hitWall || (enemy.onGround && !grid.supportAt(ahead, enemy.y + 4))) enemy.facing = enemy.facing === 1 ? -1 : 1;
}

/** Smooth wave −1…1 of period 1, by arithmetic alone so that every engine gives the same bits. */
function bob(turns: number): number {
  const phase = turns - Math.floor(turns);
  const up = phase < 0.5 ? phase * 2 : 2 - phase * 2;
  return up * up * (3 - 2 * up) * 2 - 1;
}
