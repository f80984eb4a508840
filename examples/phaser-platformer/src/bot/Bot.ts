import { SeededRandom } from '../../../shared/seededRandom.js';
import { overlap } from '../sim/body.js';
import type { Enemy } from '../sim/enemy.js';
import { moveEnemy } from '../sim/enemy.js';
import { createPlatform, movePlatform } from '../sim/platform.js';
import { type Buttons, movePlayer, NO_BUTTONS, type Player } from '../sim/player.js';
import { TILE, Tile } from '../sim/tiles.js';
import { TICK, type World } from '../sim/world.js';

/** A way to press the buttons for the next second: a direction and how long, when to jump and for how long (ticks). */
interface Move {
  direction: -1 | 0 | 1;
  runFor: number;
  jumpAt: number;
  jumpFor: number;
}

const HORIZON = 72;
const REPLAN = 7;
const NEAR = 420;

const ON = 999;

const MOVES: readonly Move[] = [
  ...[ON, 30, 12].map((runFor) => ({ direction: 1 as const, runFor, jumpAt: -1, jumpFor: 0 })),
  ...[ON, 44, 26].flatMap((runFor) =>
    [0, 6, 16].flatMap((jumpAt) => [8, 30].map((jumpFor) => ({ direction: 1 as const, runFor, jumpAt, jumpFor }))),
  ),
  { direction: 0, runFor: 0, jumpAt: -1, jumpFor: 0 },
  { direction: 0, runFor: 0, jumpAt: 0, jumpFor: 30 },
  { direction: -1, runFor: 40, jumpAt: -1, jumpFor: 0 },
  { direction: -1, runFor: 40, jumpAt: 0, jumpFor: 20 },
];

/**
 * Plays the platformer by looking ahead: ten times a second it tries some twenty ways to press the buttons on a copy of the
 * nearby world and takes the best. Its taste is slightly blurred by the seed, so that seeds give different runs.
 *
 * @example
 * ```ts
 * const bot = new Bot(7);
 * world.tick(bot.buttons(world));
 * ```
 */
export class Bot {
  private readonly random: SeededRandom;
  private move: Move = MOVES[0];
  private age = REPLAN;
  private best = 0;
  private stuckTicks = 0;
  private restTicks = 0;

  constructor(seed: number) {
    this.random = new SeededRandom(seed ^ 0x5bd1e995);
  }

  /** Forgets its progress; call it when a level begins. */
  restart(): void {
    this.best = 0;
    this.stuckTicks = 0;
    this.restTicks = 0;
    this.age = REPLAN;
  }

  /** What to hold down in the coming tick. */
  buttons(world: World): Buttons {
    this.age++;
    this.stuckTicks++;
    if (world.player.x > this.best + 8) {
      this.best = world.player.x;
      this.stuckTicks = 0;
    }
    if (this.restTicks > 0) {
      this.restTicks--;
      return NO_BUTTONS;
    }
    if (this.age >= REPLAN && mayReplan(world.player, this.move, this.age)) {
      this.move = this.stuckTicks > 300 && this.random.chance(0.5) ? this.random.pick(MOVES) : this.plan(world);
      this.age = 0;
      if (this.wantsRest(world)) this.restTicks = this.random.int(25, 70);
    }
    return press(this.move, this.age);
  }

  /** People look around now and then, where nothing threatens them. */
  private wantsRest({ player, enemies }: World): boolean {
    if (!this.random.chance(0.025) || !player.onGround || player.riding >= 0) return false;
    return enemies.every((enemy) => !enemy.alive || Math.abs(enemy.x - player.x) > 200);
  }

  private plan(world: World): Move {
    const enemies = world.enemies.filter((enemy) => enemy.alive && Math.abs(enemy.x - world.player.x) < NEAR);
    let best = MOVES[0];
    let bestScore = Number.NEGATIVE_INFINITY;
    for (const move of MOVES) {
      const score = foresee(world, enemies, move) + this.random.range(0, 14);
      if (score <= bestScore) continue;
      bestScore = score;
      best = move;
    }
    return best;
  }
}

/** A jump that has begun is seen through, so that its height is the one that was planned. */
function mayReplan(player: Player, move: Move, age: number): boolean {
  return !player.rising || move.jumpAt < 0 || age >= move.jumpAt + move.jumpFor;
}

function press(move: Move, age: number): Buttons {
  return {
    left: move.direction < 0 && age < move.runFor,
    right: move.direction > 0 && age < move.runFor,
    jump: move.jumpAt >= 0 && age >= move.jumpAt && age < move.jumpAt + move.jumpFor,
  };
}

/** How good a move turns out: progress in pixels, coins and stomps count, being hurt and falling count against it. */
function foresee(world: World, nearby: readonly Enemy[], move: Move): number {
  const { level } = world;
  const player = { ...world.player };
  const enemies = nearby.map((enemy) => ({ ...enemy }));
  const platforms = level.platforms.map(createPlatform);
  for (const platform of platforms) movePlatform(platform, world.ticks);
  const near = platforms.filter((platform) => Math.abs(platform.x - player.x) < NEAR);
  let score = 0;
  let landed = player.onGround ? 0 : -400;
  const depth = level.grid.rows * TILE;
  const startX = player.x;
  for (let t = 0; t < HORIZON; t++) {
    for (const platform of near) movePlatform(platform, world.ticks + t + 1);
    for (const enemy of enemies) moveEnemy(enemy, level.grid, TICK);
    movePlayer(player, press(move, t), level.grid, platforms, TICK);
    if (player.y > depth) return score - 5000 + t;
    for (const enemy of enemies) {
      if (!enemy.alive || !overlap(player, enemy, -3)) continue;
      const stomped = enemy.kind !== 'spiky' && player.vy > 0 && player.y - player.vy * TICK < enemy.y - enemy.height * 0.4;
      if (!stomped) return score - (player.safeTicks > 0 ? 100 : 2500) + t;
      enemy.alive = false;
      player.vy = -360;
      score += 30;
    }
    const feet = level.grid.at(Math.floor(player.x / TILE), Math.floor((player.y - 6) / TILE));
    if (feet === Tile.spikes && player.safeTicks === 0) return score - 2500 + t;
    if (player.onGround) landed = 0;
    if (Math.abs(player.x - level.goal.x) < 16 && Math.abs(player.y - level.goal.y) < 60) return score + 2000 - t;
    if (!player.onGround && t === HORIZON - 1) landed = supportBelow(world, player) ? 0 : -400;
  }
  score += coinsPassed(world, startX, player);
  return score + landed + Math.abs(level.goal.x - startX) - Math.abs(level.goal.x - player.x);
}

function supportBelow(world: World, player: Player): boolean {
  const { grid } = world.level;
  for (let y = player.y; y < grid.rows * TILE; y += TILE) if (grid.supportAt(player.x, y)) return true;
  return false;
}

function coinsPassed(world: World, startX: number, player: Player): number {
  let worth = 0;
  const { coins } = world.level;
  for (let i = 0; i < coins.length; i++) {
    if (world.coinTaken[i]) continue;
    const between = coins[i].x > startX - 20 && coins[i].x < player.x + 20;
    if (between && Math.abs(coins[i].y - (player.y - 20)) < 40) worth += 12;
  }
  return worth;
}
