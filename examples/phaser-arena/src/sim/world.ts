import { SeededRandom } from '../../../shared/seededRandom.js';
import { ARENA, buildWalls, pushOut, type Wall } from './arena.js';

/** What is held down in one tick: a drive direction (−1…1 each way), an aim (radians) and the trigger. */
export interface Drive {
  x: number;
  y: number;
  aim: number;
  fire: boolean;
}

/** A drone that hunts the player: `dart` is quick and weak, `heavy` slow and strong. */
export interface Drone {
  kind: 'dart' | 'heavy';
  x: number;
  y: number;
  vx: number;
  vy: number;
  angle: number;
  spin: number;
  health: number;
  hitTicks: number;
}

/** A flying shot. */
export interface Bullet {
  x: number;
  y: number;
  vx: number;
  vy: number;
  angle: number;
  life: number;
}

/** What happened in a tick. */
export interface ArenaEvent {
  type: 'shot' | 'spark' | 'burst' | 'hurt' | 'died' | 'gem';
  x: number;
  y: number;
  angle: number;
}

const TICK = 1 / 60;
const RADIUS = 15;
const SPEED = 210;
const RELOAD = 9;
const MOST_DRONES = 14;

/** The rules of the arena without a picture; the same seed and drives give the same run. */
export class ArenaWorld {
  readonly walls: Wall[];
  readonly player = { x: ARENA.size / 2, y: ARENA.size / 2, vx: 0, vy: 0, body: 0, aim: 0, health: 5, safeTicks: 90 };
  readonly drones: Drone[] = [];
  readonly bullets: Bullet[] = [];
  readonly gems: { x: number; y: number }[] = [];
  readonly events: ArenaEvent[] = [];
  ticks = 0;
  score = 0;
  dead = false;
  private readonly random: SeededRandom;
  private reload = 0;

  constructor(seed: number, level: number) {
    this.random = new SeededRandom(seed);
    this.walls = buildWalls(this.random);
    for (let i = 0; i < 5 + level; i++) this.spawn();
  }

  tick(drive: Drive): void {
    this.events.length = 0;
    if (this.dead) return;
    this.ticks++;
    if (this.ticks % 75 === 0 && this.drones.length < MOST_DRONES) this.spawn();
    this.movePlayer(drive);
    this.moveBullets();
    this.moveDrones();
    for (let i = this.gems.length - 1; i >= 0; i--) {
      if (!near(this.gems[i], this.player, RADIUS + 14)) continue;
      const [gem] = this.gems.splice(i, 1);
      this.score += 25;
      this.tell('gem', gem.x, gem.y);
    }
  }

  private movePlayer(drive: Drive): void {
    const { player } = this;
    const length = Math.max(1, Math.sqrt(drive.x * drive.x + drive.y * drive.y));
    player.vx += ((drive.x / length) * SPEED - player.vx) * 0.12;
    player.vy += ((drive.y / length) * SPEED - player.vy) * 0.12;
    player.x += player.vx * TICK;
    player.y += player.vy * TICK;
    pushOut(player, RADIUS, this.walls);
    if (Math.abs(player.vx) + Math.abs(player.vy) > 20) player.body += turn(player.body, Math.atan2(player.vy, player.vx)) * 0.15;
    player.aim += turn(player.aim, drive.aim) * 0.35;
    if (player.safeTicks > 0) player.safeTicks--;
    if (this.reload > 0) this.reload--;
    if (!drive.fire || this.reload > 0) return;
    this.reload = RELOAD;
    const angle = player.aim + this.random.range(-0.04, 0.04);
    const x = player.x + Math.cos(player.aim) * 24;
    const y = player.y + Math.sin(player.aim) * 24;
    this.bullets.push({ x, y, vx: Math.cos(angle) * 520, vy: Math.sin(angle) * 520, angle, life: 70 });
    this.tell('shot', x, y, player.aim);
  }

  private moveBullets(): void {
    for (let i = this.bullets.length - 1; i >= 0; i--) {
      const bullet = this.bullets[i];
      bullet.x += bullet.vx * TICK;
      bullet.y += bullet.vy * TICK;
      const drone = this.drones.find((other) => near(bullet, other, other.kind === 'heavy' ? 24 : 18));
      if (drone) this.hit(drone, bullet);
      if (!drone && !pushOut(bullet, 3, this.walls) && --bullet.life > 0) continue;
      this.tell('spark', bullet.x, bullet.y, bullet.angle);
      this.bullets.splice(i, 1);
    }
  }

  private hit(drone: Drone, bullet: Bullet): void {
    drone.hitTicks = 6;
    drone.vx += bullet.vx * 0.12;
    drone.vy += bullet.vy * 0.12;
    if (--drone.health > 0) return;
    this.drones.splice(this.drones.indexOf(drone), 1);
    this.score += drone.kind === 'heavy' ? 100 : 40;
    if (this.gems.length < 12) this.gems.push({ x: drone.x, y: drone.y });
    this.tell('burst', drone.x, drone.y);
  }

  private moveDrones(): void {
    const { player } = this;
    for (const drone of this.drones) {
      const heading = Math.atan2(player.y - drone.y, player.x - drone.x);
      const speed = drone.kind === 'heavy' ? 62 : 105;
      drone.vx += (Math.cos(heading) * speed - drone.vx) * 0.04;
      drone.vy += (Math.sin(heading) * speed - drone.vy) * 0.04;
      for (const other of this.drones) {
        if (other === drone || !near(drone, other, 40)) continue;
        drone.vx += (drone.x - other.x) * 0.25;
        drone.vy += (drone.y - other.y) * 0.25;
      }
      drone.x += drone.vx * TICK;
      drone.y += drone.vy * TICK;
      pushOut(drone, 16, this.walls);
      drone.angle = drone.kind === 'heavy' ? drone.angle + drone.spin : drone.angle + turn(drone.angle, heading) * 0.1;
      if (drone.hitTicks > 0) drone.hitTicks--;
      if (player.safeTicks === 0 && near(drone, player, RADIUS + 16)) this.hurt(heading);
    }
  }

  private hurt(heading: number): void {
    const { player } = this;
    player.health--;
    player.safeTicks = 90;
    player.vx += Math.cos(heading) * 260;
    player.vy += Math.sin(heading) * 260;
    this.dead = player.health <= 0;
    this.tell(this.dead ? 'died' : 'hurt', player.x, player.y);
  }

  private spawn(): void {
    const { random, player } = this;
    const spot = { x: 0, y: 0 };
    do {
      spot.x = random.range(80, ARENA.size - 80);
      spot.y = random.range(80, ARENA.size - 80);
    } while (near(spot, player, 330));
    const kind = random.chance(0.35) ? 'heavy' : 'dart';
    const spin = random.pick([-0.05, 0.05, 0.08]);
    this.drones.push({
      kind,
      ...spot,
      vx: 0,
      vy: 0,
      angle: random.range(-3, 3),
      spin,
      health: kind === 'heavy' ? 5 : 2,
      hitTicks: 0,
    });
  }

  private tell(type: ArenaEvent['type'], x: number, y: number, angle = 0): void {
    this.events.push({ type, x, y, angle });
  }
}

function near(a: { x: number; y: number }, b: { x: number; y: number }, distance: number): boolean {
  return (a.x - b.x) ** 2 + (a.y - b.y) ** 2 < distance * distance;
}

/** Shortest turn from one angle to another, −π…π. */
function turn(from: number, to: number): number {
  const difference = to - from;
  return difference - Math.PI * 2 * Math.floor((difference + Math.PI) / (Math.PI * 2));
}
