import { SeededRandom } from '../../../shared/seededRandom.js';
import { turnBetween } from '../../../shared/turnBetween.js';
import { createEnemy, ENEMIES, freePlace, moveEnemy } from './enemies.js';
import { FlowField } from './FlowField.js';
import { castRay, heightAt } from './level.js';
import { createPlayer, movePlayer, ROBOT } from './player.js';
import {
  type Command,
  type Enemy,
  type EnemyKind,
  FULL_HEALTH,
  type GameEvent,
  near,
  type Pickup,
  type PickupKind,
  type Place,
  type Shot,
  TICK,
} from './types.js';

const MOST_ENEMIES = 10;
const RELOAD = 13;
const SHOT_SPEED = 24;
const ORB_SPEED = 11;
/** Shots bend towards an enemy this close to the middle of the view, radians, and this near, metres. */
const AIM_HELP = { angle: 0.16, distance: 22 };

/** The rules of the yard without a picture; the same seed, wave and commands give the same run. */
export class World {
  readonly player = createPlayer();
  readonly enemies: Enemy[] = [];
  readonly shots: Shot[] = [];
  readonly pickups: Pickup[] = [];
  /** What happened in the last tick. */
  readonly events: GameEvent[] = [];
  readonly random: SeededRandom;
  /** Ways to the player, measured five times a second. */
  readonly ways = new FlowField();
  ticks = 0;
  score = 0;
  kills = 0;
  dead = false;
  /** Ticks since the wave began. */
  waveTicks = 0;
  private coming: EnemyKind[] = [];
  private nextId = 1;

  constructor(
    seed: number,
    public wave = 1,
  ) {
    this.random = new SeededRandom(seed);
    this.beginWave();
    for (let i = 0; i < 3; i++) this.drop('gear', freePlace(this.random, this.player, 4));
  }

  /** Enemies of this wave that are still to be beaten. */
  get left(): number {
    return this.enemies.length + this.coming.length;
  }

  /** Sixtieths of a second, one at a time. */
  tick(command: Command): void {
    this.events.length = 0;
    if (this.dead) return;
    const { player } = this;
    this.ticks++;
    this.waveTicks++;
    movePlayer(player, command);
    if (this.ticks % 12 === 1) this.ways.aim(player.x, player.z);
    if (command.fire && player.reload === 0) this.fire();
    if (this.waveTicks % 25 === 0 && this.enemies.length < MOST_ENEMIES) this.comeIn();
    for (const enemy of this.enemies) moveEnemy(enemy, this);
    this.moveShots();
    this.collect();
    if (this.left > 0) return;
    this.wave++;
    this.beginWave();
    this.tell('wave', player);
  }

  /** An enemy's touch or shot. */
  bite(from: Place, harm: number): void {
    const { player } = this;
    const away = Math.atan2(player.x - from.x, player.z - from.z);
    player.health = Math.max(0, player.health - harm);
    player.safeTicks = 45;
    player.vx += Math.sin(away) * 7;
    player.vz += Math.cos(away) * 7;
    this.dead = player.health === 0;
    this.tell(this.dead ? 'died' : 'hurt', { x: player.x, y: player.y + 1, z: player.z });
  }

  /** A drone's shot. */
  shoot(from: Enemy, at: Place): void {
    this.launch(true, { x: from.x, y: from.y + 0.3, z: from.z }, { x: at.x, y: at.y + 0.9, z: at.z }, ORB_SPEED, 150);
  }

  /** Six enemies, and two more in each wave; never more than ten at once. */
  private beginWave(): void {
    this.waveTicks = 0;
    const count = 4 + 2 * this.wave;
    this.coming = Array.from({ length: count }, (_, i) => (i % 5 === 4 ? 'brute' : i % 3 === 1 ? 'drone' : 'beetle'));
    for (let i = 0; i < 4; i++) this.comeIn();
    if (this.wave > 1) this.drop('bolt', freePlace(this.random, this.player, 5));
    if (this.wave > 1) this.drop('heart', freePlace(this.random, this.player, 5));
  }

  private comeIn(): void {
    const kind = this.coming.shift();
    if (kind) this.enemies.push(createEnemy(this.nextId++, kind, this.player, this.random));
  }

  private fire(): void {
    const { player } = this;
    player.reload = player.rapidTicks > 0 ? 6 : RELOAD;
    const muzzle = {
      x: player.x + Math.sin(player.yaw) * 0.7 + Math.cos(player.yaw) * 0.42,
      y: player.y + ROBOT.gun,
      z: player.z + Math.cos(player.yaw) * 0.7 - Math.sin(player.yaw) * 0.42,
    };
    const target = this.targetAhead();
    const far = { x: player.x + Math.sin(player.yaw) * 30, y: muzzle.y, z: player.z + Math.cos(player.yaw) * 30 };
    const at = target ? { x: target.x, y: target.y + ENEMIES[target.kind].height * 0.5, z: target.z } : far;
    this.launch(false, muzzle, at, SHOT_SPEED, 80);
    this.tell('shot', muzzle);
  }

  /** The enemy in sight nearest to the middle of the view, if any is close to it. */
  targetAhead(): Enemy | undefined {
    const { player } = this;
    let best: Enemy | undefined;
    let least = AIM_HELP.angle;
    for (const enemy of this.enemies) {
      if (!near(enemy, player, AIM_HELP.distance)) continue;
      const off = Math.abs(turnBetween(player.yaw, Math.atan2(enemy.x - player.x, enemy.z - player.z)));
      if (off >= least || !this.sees(enemy)) continue;
      least = off;
      best = enemy;
    }
    return best;
  }

  /** True where nothing stands between the robot's gun and an enemy. */
  sees(enemy: Enemy): boolean {
    const { x, y, z } = this.player;
    const middle = { x: enemy.x, y: enemy.y + ENEMIES[enemy.kind].height * 0.6, z: enemy.z };
    return castRay({ x, y: y + ROBOT.gun, z }, middle) === 1;
  }

  private launch(hostile: boolean, from: Place, at: Place, speed: number, life: number): void {
    const length = Math.hypot(at.x - from.x, at.y - from.y, at.z - from.z) || 1;
    const scale = speed / length;
    this.shots.push({
      ...{ hostile, x: from.x, y: from.y, z: from.z, life },
      ...{ vx: (at.x - from.x) * scale, vy: (at.y - from.y) * scale, vz: (at.z - from.z) * scale },
    });
  }

  private moveShots(): void {
    for (let i = this.shots.length - 1; i >= 0; i--) {
      const shot = this.shots[i];
      shot.x += shot.vx * TICK;
      shot.y += shot.vy * TICK;
      shot.z += shot.vz * TICK;
      const over = shot.hostile ? this.reachesPlayer(shot) : this.reachesEnemy(shot);
      if (!over && --shot.life > 0 && shot.y > heightAt(shot.x, shot.z)) continue;
      this.shots.splice(i, 1);
      this.tell('spark', { x: shot.x - shot.vx * TICK, y: shot.y, z: shot.z - shot.vz * TICK });
    }
  }

  private reachesPlayer(shot: Shot): boolean {
    const { player } = this;
    if (!near(shot, player, 0.6) || shot.y < player.y || shot.y > player.y + 1.8) return false;
    if (player.safeTicks === 0) this.bite(shot, 8);
    return true;
  }

  private reachesEnemy(shot: Shot): boolean {
    const enemy = this.enemies.find((other) => {
      const { radius, height } = ENEMIES[other.kind];
      return near(shot, other, radius + 0.25) && shot.y > other.y - 0.3 && shot.y < other.y + height + 0.3;
    });
    if (!enemy) return false;
    enemy.hitTicks = 8;
    enemy.hunting = true;
    enemy.patience = 240;
    enemy.vx += shot.vx * 0.12;
    enemy.vz += shot.vz * 0.12;
    if (--enemy.health > 0) return true;
    const { score, height } = ENEMIES[enemy.kind];
    this.enemies.splice(this.enemies.indexOf(enemy), 1);
    this.score += score;
    this.kills++;
    this.drop(this.random.chance(0.14) ? 'heart' : 'gear', enemy);
    this.tell('burst', { x: enemy.x, y: enemy.y + height / 2, z: enemy.z });
    return true;
  }

  private drop(kind: PickupKind, { x, z }: { x: number; z: number }): void {
    this.pickups.push({ id: this.nextId++, kind, x, y: heightAt(x, z), z, age: 0 });
  }

  private collect(): void {
    const { player } = this;
    for (let i = this.pickups.length - 1; i >= 0; i--) {
      const pickup = this.pickups[i];
      pickup.age++;
      if (!near(pickup, player, 1.1) || Math.abs(pickup.y - player.y) > 1.6) continue;
      this.pickups.splice(i, 1);
      if (pickup.kind === 'heart') player.health = Math.min(FULL_HEALTH, player.health + 25);
      else if (pickup.kind === 'bolt') player.rapidTicks = 480;
      this.score += pickup.kind === 'gear' ? 25 : 10;
      this.tell('pickup', { x: pickup.x, y: pickup.y + 0.6, z: pickup.z });
    }
  }

  private tell(type: GameEvent['type'], { x, y, z }: Place): void {
    this.events.push({ type, x, y, z });
  }
}
