import { Driver } from '../bot/Driver.js';
import { collide, createCar, find, moveCar } from './car.js';
import { TRACK } from './Track.js';
import type { Car, Command, GameEvent } from './types.js';

/** Laps of a race, ticks that the lights count down, and cars. */
export const RACE = { laps: 3, lights: 230, cars: 4 };

const REST: Command = { throttle: 0, brake: 0, steer: 0, drift: false, reset: false };
/** Speeds at which cars meet that others should hear of, metres per second. */
const BUMP = 3;
/** Rivals are this much slower than the road allows, and a little closer together the further apart they are. */
const SKILLS = [0.955, 0.92, 0.885];
const CLOSER = { most: 0.08, metres: 550 };

/** The rules of a race without a picture; the same seed, level and commands give the same run. The player's car is the first. */
export class World {
  readonly cars: readonly Car[];
  /** What happened in the last tick. */
  readonly events: GameEvent[] = [];
  /** Ticks since the race began; negative while the lights count. */
  ticks = -RACE.lights;
  private readonly rivals: readonly Driver[];
  /** Drives the player's car on once it has finished. */
  private readonly home: Driver;

  /** With each `level` rivals are faster by a hundredth. */
  constructor(seed: number, level = 1) {
    // The player starts last.
    this.cars = Array.from({ length: RACE.cars }, (_, i) => {
      const place = (i + RACE.cars - 1) % RACE.cars;
      return createCar(i, 9 + 8 * place, place % 2 === 0 ? -2.7 : 2.7);
    });
    this.rivals = SKILLS.map((skill, i) => new Driver(seed * 31 + i * 977, skill + (level - 1) * 0.01));
    this.home = new Driver(seed, 0.6);
  }

  get player(): Car {
    return this.cars[0];
  }

  get finished(): boolean {
    return this.player.finished >= 0;
  }

  /** The player's place, from 1. */
  get position(): number {
    return 1 + this.cars.filter((car) => ahead(car, this.player)).length;
  }

  /** The lap that a car is in, 1 … the last. */
  lapOf(car: Car): number {
    return Math.max(1, Math.min(RACE.laps, Math.floor(car.progress / TRACK.length) + 1));
  }

  /** Sixtieths of a second, one at a time. */
  tick(command: Command): void {
    this.events.length = 0;
    this.ticks++;
    if (this.ticks === 0) this.tell('go', this.player);
    const { cars, player } = this;
    for (const car of cars) {
      const hit = moveCar(car, this.ticks < 0 ? REST : this.commandOf(car, command));
      if (hit > 0) this.tell('crash', car);
    }
    cars.forEach((a, i) => {
      for (const b of cars.slice(i + 1)) {
        const hit = collide(a, b);
        if (hit === 0) continue;
        find(a);
        find(b);
        if (hit >= BUMP) this.tell('bump', a === player || b === player ? player : a);
      }
    });
    for (const car of cars) this.count(car);
  }

  private commandOf(car: Car, command: Command): Command {
    const { player, cars } = this;
    if (car === player) return this.finished ? this.home.steer(car, cars) : command;
    const gap = (player.progress - car.progress) / CLOSER.metres;
    return this.rivals[car.id - 1].steer(car, cars, Math.max(-CLOSER.most, Math.min(CLOSER.most, gap)));
  }

  /** Laps, once each, however a car goes back and forth over the line. */
  private count(car: Car): void {
    if (car.progress < 0 || car.finished >= 0) return;
    if (car.lapFrom < 0) car.lapFrom = this.ticks;
    if (car.progress < TRACK.length * (car.laps.length + 1)) return;
    car.laps.push(this.ticks - car.lapFrom);
    car.lapFrom = this.ticks;
    this.tell('lap', car);
    if (car.laps.length < RACE.laps) return;
    car.finished = this.ticks;
    this.tell('finish', car);
  }

  private tell(type: GameEvent['type'], { id, x, y, z }: Car): void {
    this.events.push({ type, car: id, x, y, z });
  }
}

/** Who finished is before who did not, by time; others by the way they have come. */
function ahead(a: Car, b: Car): boolean {
  if (a.finished >= 0 || b.finished >= 0) return a.finished >= 0 && (b.finished < 0 || a.finished < b.finished);
  return a.progress > b.progress;
}
