import { heightAt, pushOut } from './level.js';
import { type Command, FULL_HEALTH, type Player, TICK } from './types.js';

/** Radius of the player's robot and height of its gun, metres. */
export const ROBOT = { radius: 0.5, gun: 1.15 };

const SPEED = 6;
const GRAVITY = 20;
const JUMP = 8;
const TILT = { least: -0.12, most: 0.55 };

/** The robot as it enters the yard: at the south, looking north. */
export function createPlayer(): Player {
  return {
    ...{ x: 0, y: 0, z: -17, vx: 0, vy: 0, vz: 0, yaw: 0, tilt: 0.12 },
    ...{ health: FULL_HEALTH, safeTicks: 90, rapidTicks: 0, reload: 0, stride: 0, grounded: true },
  };
}

/** One tick of walking, turning, jumping and falling. */
export function movePlayer(player: Player, command: Command): void {
  player.yaw += command.turn;
  player.tilt = Math.max(TILT.least, Math.min(TILT.most, player.tilt + command.tilt));
  const length = Math.max(1, Math.hypot(command.forward, command.strafe));
  const forward = (command.forward / length) * SPEED;
  const strafe = (command.strafe / length) * SPEED;
  const sin = Math.sin(player.yaw);
  const cos = Math.cos(player.yaw);
  const grip = player.grounded ? 0.16 : 0.05;
  player.vx += (sin * forward + cos * strafe - player.vx) * grip;
  player.vz += (cos * forward - sin * strafe - player.vz) * grip;
  player.x += player.vx * TICK;
  player.z += player.vz * TICK;
  pushOut(player, player.y, ROBOT.radius);
  if (player.grounded) player.stride += Math.hypot(player.vx, player.vz) * TICK;
  fall(player, command.jump);
  if (player.safeTicks > 0) player.safeTicks--;
  if (player.rapidTicks > 0) player.rapidTicks--;
  if (player.reload > 0) player.reload--;
}

function fall(player: Player, jump: boolean): void {
  const floor = heightAt(player.x, player.z);
  if (player.grounded && jump) {
    player.vy = JUMP;
    player.grounded = false;
  }
  if (player.grounded && player.y - floor < 0.3) {
    player.y += (floor - player.y) * 0.4; // down and up ramps without hopping
    return;
  }
  player.vy -= GRAVITY * TICK;
  player.y += player.vy * TICK;
  player.grounded = player.vy <= 0 && player.y <= floor && floor - player.y < 0.6;
  if (!player.grounded) return;
  player.y = floor;
  player.vy = 0;
}
