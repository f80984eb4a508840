import { SeededRandom } from '../../../shared/seededRandom.js';
import { turnBetween } from '../../../shared/turnBetween.js';
import { ROAD, TRACK } from '../sim/Track.js';
import type { Car, Command } from '../sim/types.js';

/** What a driver counts on: metres per second² in a bend, and when braking. */
const BEND = 21;
const BRAKING = 19;
/** How far it looks for bends, metres, and in what steps. */
const SIGHT = 84;
const LOOK = 6;
/** Ticks without moving after which it wants to be put back on the road. */
const PATIENCE = 100;

/** Drives a car: takes the inside of bends, brakes in time for them, and goes around whoever is slower. */
export class Driver {
  private readonly random: SeededRandom;
  private readonly command: Command = { throttle: 0, brake: 0, steer: 0, drift: false, reset: false };
  private lane = 0;
  private whim = 0;
  private still = 0;
  private ticks = 0;

  /** `skill`: part of the speed that the bends allow, and of the throttle. */
  constructor(
    seed: number,
    private readonly skill: number,
  ) {
    this.random = new SeededRandom(seed ^ 0x2545f491);
  }

  /** What to do in the coming tick. `more`: a little more or less speed than its skill. */
  steer(car: Car, cars: readonly Car[], more = 0): Command {
    const { command } = this;
    if (this.ticks++ % 120 === 0) this.whim = this.random.range(-1.3, 1.3);
    const ahead = 7 + Math.abs(car.speed) * 0.36;
    this.lane += (this.wish(car, cars, ahead) - this.lane) * 0.05;
    const { x, z, heading } = TRACK.at(car.along + ahead);
    const targetX = x + Math.cos(heading) * this.lane;
    const targetZ = z - Math.sin(heading) * this.lane;
    command.steer = limit(turnBetween(car.yaw, Math.atan2(targetX - car.x, targetZ - car.z)) * 2.8, 1);
    const pace = this.skill + more;
    const allowed = this.allowed(car) * pace;
    command.throttle = car.speed < allowed ? Math.min(1, pace) : 0;
    command.brake = Math.max(0, Math.min(1, (car.speed - allowed - 0.5) / 4));
    this.still = Math.abs(car.speed) < 2.5 ? this.still + 1 : 0;
    command.reset = this.still > PATIENCE;
    if (command.reset) this.still = 0;
    return command;
  }

  /** The fastest that lets it through all bends in sight. */
  private allowed(car: Car): number {
    let least = Number.POSITIVE_INFINITY;
    for (let distance = 0; distance <= SIGHT; distance += LOOK) {
      const bend = Math.abs(TRACK.at(car.along + distance).curvature);
      if (bend < 0.002) continue;
      // Inside of a bend the way is tighter than in its middle; the lane makes up for it.
      least = Math.min(least, Math.sqrt(BEND / bend + 2 * BRAKING * distance));
    }
    return least;
  }

  /** Metres to the right of the centre at which it would like to be. */
  private wish(car: Car, cars: readonly Car[], ahead: number): number {
    const bend = TRACK.at(car.along + ahead + 4).curvature;
    let wish = limit(bend * 120, ROAD.half - 2.2) + this.whim;
    for (const other of cars) {
      if (other === car) continue;
      const gap = TRACK.wrap(other.along - car.along);
      if (gap > 16 || other.speed > car.speed + 1 || Math.abs(other.across - car.across) > 3.2) continue;
      // On the side with more road.
      wish = other.across + (other.across > 0.3 ? -3.6 : 3.6);
    }
    return limit(wish, ROAD.half - 1.4);
  }
}

function limit(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}
