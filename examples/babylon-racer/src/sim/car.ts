import { turnBetween } from '../../../shared/turnBetween.js';
import { ROAD, TRACK } from './Track.js';
import { type Car, type Command, TICK } from './types.js';

/** Metres: half a car's width, and the circle that it takes among others. */
const BODY = { half: 1, radius: 1.45 };

/** Metres per second, and per second². */
const TOP = 56;
const POWER = 19;
const BRAKES = 30;
const BACKWARDS = 9;
/** What tyres hold sideways: on the road, sliding, on grass. */
const HOLD = { road: 27, drift: 31, grass: 13 };
/** Part of a slide that is over after a tick. */
const GRIP = { road: 0.15, drift: 0.032, grass: 0.06 };
/** Speed at a barrier, metres per second, from which on it is a crash. */
const CRASH = 7;

/** A car on the grid: so many metres before the line, and to the right of the centre. */
export function createCar(id: number, before: number, across: number): Car {
  const car: Car = {
    ...{ id, x: 0, y: 0, z: 0, vx: 0, vz: 0, yaw: 0, steer: 0, along: TRACK.wrap(-before), across, progress: -before },
    ...{ rolled: 0, speed: 0, slide: 0, braking: false, offRoad: false, laps: [], lapFrom: -1, finished: -1 },
  };
  putOnRoad(car, across);
  return car;
}

/** Stands still on the road where it is, looking ahead. */
function putOnRoad(car: Car, across = 0): void {
  const { x, y, z, heading } = TRACK.at(car.along);
  car.x = x + Math.cos(heading) * across;
  car.z = z - Math.sin(heading) * across;
  Object.assign(car, { y, across, yaw: heading, vx: 0, vz: 0, speed: 0, slide: 0, steer: 0 });
}

/** One tick of driving. Returns how hard it met a barrier, metres per second. */
export function moveCar(car: Car, { throttle, brake, steer, drift, reset }: Command): number {
  if (reset) putOnRoad(car);
  const surface = car.offRoad ? 'grass' : drift ? 'drift' : 'road';
  car.steer += (steer - car.steer) * 0.22;
  car.braking = brake > 0.1 && car.speed > 1;
  const pace = Math.abs(car.speed);
  // Slow cars turn as far as their wheels do, fast ones as far as their tyres hold.
  const turn = Math.min(2.3 * Math.min(1, pace / 7), HOLD[surface] / Math.max(1, pace)) * Math.sign(car.speed);
  car.yaw += car.steer * turn * TICK;
  const [sin, cos] = [Math.sin(car.yaw), Math.cos(car.yaw)];
  let speed = car.vx * sin + car.vz * cos;
  const slide = (car.vx * cos - car.vz * sin) * (1 - GRIP[surface]);
  speed += throttle * POWER * (1 - speed / TOP) * TICK;
  if (speed > 0.3) speed -= Math.min(speed, brake * BRAKES * TICK);
  else if (brake > 0) speed = Math.max(-BACKWARDS, speed - brake * 10 * TICK);
  // Air and tyres; grass brakes who is fast.
  speed -= speed * (0.08 + (car.offRoad && pace > 10 ? 1.1 : 0) + (throttle + brake === 0 ? 0.25 : 0)) * TICK;
  car.vx = sin * speed + cos * slide;
  car.vz = cos * speed - sin * slide;
  car.x += car.vx * TICK;
  car.z += car.vz * TICK;
  car.rolled += speed * TICK;
  const hit = find(car);
  Object.assign(car, { speed: car.vx * sin + car.vz * cos, slide: car.vx * cos - car.vz * sin });
  return hit;
}

/** Where it is on the circuit now; the barriers hold it. */
export function find(car: Car): number {
  const { along, across } = TRACK.locate(car.x, car.z, car.along);
  const covered = along - car.along;
  car.progress += covered - TRACK.length * Math.round(covered / TRACK.length);
  car.along = along;
  car.across = across;
  const place = TRACK.at(along);
  car.y = place.y;
  car.offRoad = Math.abs(across) > ROAD.kerb;
  const beyond = Math.abs(across) - (ROAD.wall - BODY.half);
  return beyond > 0 ? meetWall(car, place.heading, Math.sign(across), beyond) : 0;
}

function meetWall(car: Car, heading: number, side: number, beyond: number): number {
  const [right, ahead] = [Math.cos(heading) * side, -Math.sin(heading) * side];
  car.x -= right * beyond;
  car.z -= ahead * beyond;
  car.across -= side * beyond;
  const into = car.vx * right + car.vz * ahead;
  if (into <= 0) return 0;
  car.vx = (car.vx - right * into * 1.35) * 0.985;
  car.vz = (car.vz - ahead * into * 1.35) * 0.985;
  // It is turned along the barrier.
  car.yaw += turnBetween(car.yaw, heading) * 0.12;
  return into >= CRASH ? into : 0;
}

/** Pushes two cars apart that overlap; returns how hard they met. */
export function collide(a: Car, b: Car): number {
  const [dx, dz] = [b.x - a.x, b.z - a.z];
  const distance = Math.hypot(dx, dz);
  if (distance >= 2 * BODY.radius || distance === 0) return 0;
  const [nx, nz] = [dx / distance, dz / distance];
  const push = (2 * BODY.radius - distance) / 2;
  a.x -= nx * push;
  a.z -= nz * push;
  b.x += nx * push;
  b.z += nz * push;
  const into = (a.vx - b.vx) * nx + (a.vz - b.vz) * nz;
  if (into <= 0) return 0;
  const each = into * 0.7;
  a.vx -= nx * each;
  a.vz -= nz * each;
  b.vx += nx * each;
  b.vz += nz * each;
  return into;
}
