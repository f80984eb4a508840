import { SeededRandom } from '../../../shared/seededRandom.js';
import { type Body, overlap } from './body.js';
import { createEnemy, type Enemy, moveEnemy } from './enemy.js';
import type { Level, Spot } from './level.js';
import { createPlatform, movePlatform, type Platform } from './platform.js';
import { type Buttons, createPlayer, movePlayer, type Player } from './player.js';
import { TILE, Tile } from './tiles.js';

/** Seconds per tick. */
export const TICK = 1 / 60;

/** What happened in a tick, for whoever draws or counts. */
export type WorldEvent =
  | { type: 'coin' | 'heart'; index: number; x: number; y: number }
  | { type: 'stomp'; enemy: number; x: number; y: number }
  | { type: 'jump' | 'land' | 'hurt' | 'fell' | 'died' | 'goal'; x: number; y: number };

/**
 * The whole rules of the game, without a picture: the same level, seed and buttons give the same run, tick by tick.
 *
 * @example
 * ```ts
 * const world = new World(meadowLevel(), 7);
 * world.tick({ left: false, right: true, jump: false });
 * ```
 */
export class World {
  player: Player;
  readonly enemies: Enemy[];
  readonly platforms: Platform[];
  readonly coinTaken: Uint8Array;
  readonly heartTaken: Uint8Array;
  readonly events: WorldEvent[] = [];
  ticks = 0;
  score = 0;
  finished = false;
  dead = false;
  private safeSpot: Spot;

  constructor(
    readonly level: Level,
    seed: number,
  ) {
    const random = new SeededRandom(seed);
    this.player = createPlayer(level.start.x, level.start.y);
    this.safeSpot = { ...level.start };
    this.enemies = level.enemies.map((spec) => createEnemy(spec, random.int(0, 200)));
    this.platforms = level.platforms.map(createPlatform);
    this.coinTaken = new Uint8Array(level.coins.length);
    this.heartTaken = new Uint8Array(level.hearts.length);
  }

  /** Advances by 1/60 s; `events` then holds what happened. */
  tick(buttons: Buttons): void {
    this.events.length = 0;
    if (this.finished || this.dead) return;
    this.ticks++;
    const { player, level } = this;
    for (const platform of this.platforms) movePlatform(platform, this.ticks);
    for (const enemy of this.enemies) moveEnemy(enemy, level.grid, TICK);
    movePlayer(player, buttons, level.grid, this.platforms, TICK);
    if (player.justJumped) this.tell('jump');
    if (player.justLanded) this.tell('land');
    this.meetEnemies();
    this.collect();
    this.checkGround();
    if (Math.abs(player.x - level.goal.x) < 16 && Math.abs(player.y - level.goal.y) < 60) {
      this.finished = true;
      this.score += 500 + player.hearts * 100;
      this.tell('goal');
    }
  }

  private meetEnemies(): void {
    const { player } = this;
    this.enemies.forEach((enemy, index) => {
      if (!enemy.alive || !overlap(player, enemy, 2)) return;
      const fromAbove = player.vy > 0 && player.y - player.vy * TICK < enemy.y - enemy.height * 0.4;
      if (enemy.kind !== 'spiky' && fromAbove) {
        enemy.alive = false;
        enemy.vy = -160;
        player.vy = -360;
        player.rising = false;
        player.airTicks = 99;
        this.score += 50;
        this.events.push({ type: 'stomp', enemy: index, x: enemy.x, y: enemy.y });
      } else this.hurt(player.x < enemy.x ? -1 : 1);
    });
  }

  private collect(): void {
    const { level, player } = this;
    for (let i = 0; i < level.coins.length; i++) {
      if (this.coinTaken[i] || !touches(player, level.coins[i])) continue;
      this.coinTaken[i] = 1;
      this.score += 10;
      this.events.push({ type: 'coin', index: i, x: level.coins[i].x, y: level.coins[i].y });
    }
    for (let i = 0; i < level.hearts.length; i++) {
      if (this.heartTaken[i] || player.hearts >= 3 || !touches(player, level.hearts[i])) continue;
      this.heartTaken[i] = 1;
      player.hearts++;
      this.events.push({ type: 'heart', index: i, x: level.hearts[i].x, y: level.hearts[i].y });
    }
  }

  private checkGround(): void {
    const { player, level } = this;
    const feet = level.grid.at(Math.floor(player.x / TILE), Math.floor((player.y - 6) / TILE));
    if (feet === Tile.spikes) this.hurt(player.vx > 0 ? -1 : 1);
    if (player.y > level.grid.rows * TILE + 60) this.fall();
    else if (player.onGround && player.riding < 0 && this.ticks % 10 === 0 && firmGround(level, player)) {
      this.safeSpot = { x: player.x, y: player.y };
    }
  }

  private hurt(direction: number): void {
    const { player } = this;
    if (player.safeTicks > 0) return;
    player.hearts--;
    player.safeTicks = 100;
    player.hurtTicks = 22;
    player.vx = direction * 170;
    player.vy = -260;
    player.riding = -1;
    this.tell('hurt');
    this.checkDeath();
  }

  private fall(): void {
    const { player } = this;
    player.hearts--;
    this.tell('fell');
    this.checkDeath();
    if (this.dead) return;
    Object.assign(player, createPlayer(this.safeSpot.x, this.safeSpot.y), { hearts: player.hearts, safeTicks: 120 });
  }

  private checkDeath(): void {
    if (this.player.hearts > 0) return;
    this.dead = true;
    this.tell('died');
  }

  private tell(type: 'jump' | 'land' | 'hurt' | 'fell' | 'died' | 'goal'): void {
    this.events.push({ type, x: this.player.x, y: this.player.y });
  }
}

function touches(body: Body, spot: Spot): boolean {
  return Math.abs(body.x - spot.x) < 22 && Math.abs(body.y - body.height / 2 - spot.y) < 30;
}

function firmGround(level: Level, player: Player): boolean {
  const row = Math.floor((player.y + 4) / TILE);
  const column = Math.floor(player.x / TILE);
  for (let c = column - 1; c <= column + 1; c++) {
    if (level.grid.at(c, row) !== Tile.solid || level.grid.at(c, row - 1) !== Tile.empty) return false;
  }
  return true;
}
