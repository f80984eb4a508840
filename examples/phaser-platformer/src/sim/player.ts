import { type Body, moveBody } from './body.js';
import type { Platform } from './platform.js';
import type { TileGrid } from './tiles.js';

/** What the player's hands (or the bot's) hold down in one tick. */
export interface Buttons {
  left: boolean;
  right: boolean;
  jump: boolean;
}

/** Nothing held. */
export const NO_BUTTONS: Buttons = { left: false, right: false, jump: false };

/** The hero's state. */
export interface Player extends Body {
  facing: 1 | -1;
  hearts: number;
  /** Ticks in which nothing can hurt. */
  safeTicks: number;
  /** Ticks in which the hero is thrown back and cannot be steered. */
  hurtTicks: number;
  /** Ticks since the ground was left, for a late jump. */
  airTicks: number;
  /** Ticks since jump was pressed, for an early one. */
  jumpWish: number;
  jumpHeld: boolean;
  rising: boolean;
  /** Index of the platform that carries the hero, or −1. */
  riding: number;
  justJumped: boolean;
  justLanded: boolean;
}

const RUN = 190;
const ACCELERATION = 1300;
const AIR_ACCELERATION = 900;
const GRAVITY = 1400;
const JUMP = 580;
const CUT = 0.45;
const FALL_LIMIT = 620;
const LATE_TICKS = 6;
const EARLY_TICKS = 7;

/** The hero at a place, unhurt. */
export function createPlayer(x: number, y: number): Player {
  return {
    ...{ x, y, width: 18, height: 38, vx: 0, vy: 0, onGround: true, hitWall: false },
    ...{ facing: 1, hearts: 3, safeTicks: 0, hurtTicks: 0, airTicks: 0, jumpWish: 99, jumpHeld: false },
    ...{ rising: false, riding: -1, justJumped: false, justLanded: false },
  };
}

/** One tick of running, jumping, falling and riding. Platforms must have been moved already. */
export function movePlayer(player: Player, buttons: Buttons, grid: TileGrid, platforms: readonly Platform[], dt: number): void {
  const wasOnGround = player.onGround;
  if (player.safeTicks > 0) player.safeTicks--;
  if (player.hurtTicks > 0) player.hurtTicks--;
  const steerable = player.hurtTicks === 0;

  steer(player, steerable ? Number(buttons.right) - Number(buttons.left) : 0, dt);
  jump(player, steerable && buttons.jump);
  player.vy = Math.min(player.vy + GRAVITY * dt, FALL_LIMIT);

  if (player.riding >= 0) {
    player.x += platforms[player.riding].dx;
    player.y = platforms[player.riding].y;
  }
  const feetBefore = player.y;
  moveBody(player, grid, dt);
  ride(player, platforms, feetBefore);
  player.airTicks = player.onGround ? 0 : player.airTicks + 1;
  if (player.vy >= 0) player.rising = false;
  player.justLanded = player.onGround && !wasOnGround;
}

function steer(player: Player, direction: number, dt: number): void {
  const change = (player.onGround ? ACCELERATION : AIR_ACCELERATION) * dt;
  if (direction !== 0) player.facing = direction > 0 ? 1 : -1;
  const goal = direction * RUN;
  const brake = player.hurtTicks > 0 ? change * 0.2 : change;
  if (player.vx < goal) player.vx = Math.min(goal, player.vx + brake);
  else if (player.vx > goal) player.vx = Math.max(goal, player.vx - brake);
}

function jump(player: Player, held: boolean): void {
  player.jumpWish = held && !player.jumpHeld ? 0 : player.jumpWish + 1;
  player.jumpHeld = held;
  player.justJumped = false;
  if (player.jumpWish <= EARLY_TICKS && player.airTicks <= LATE_TICKS && !player.rising) {
    player.vy = -JUMP;
    player.rising = true;
    player.jumpWish = 99;
    player.airTicks = 99;
    player.riding = -1;
    player.justJumped = true;
  }
  if (player.rising && !held && player.vy < -JUMP * CUT) player.vy = -JUMP * CUT;
}

function ride(player: Player, platforms: readonly Platform[], feetBefore: number): void {
  player.riding = -1;
  if (player.vy < 0) return;
  for (let i = 0; i < platforms.length; i++) {
    const platform = platforms[i];
    if (Math.abs(player.x - platform.x) > platform.spec.width / 2 + player.width / 2 - 3) continue;
    const surfaceBefore = platform.y - platform.dy;
    if (feetBefore > Math.max(surfaceBefore, platform.y) + 2 || player.y < platform.y - 0.5) continue;
    player.y = platform.y;
    player.vy = 0;
    player.onGround = true;
    player.riding = i;
    return;
  }
}
