/** What is asked of a car in one tick. */
export interface Command {
  /** 0 … 1. */
  throttle: number;
  /** 0 … 1; backwards where the car stands. */
  brake: number;
  /** Right (1) … left (−1). */
  steer: number;
  /** Lets the rear slide. */
  drift: boolean;
  /** Puts the car back on the road. */
  reset: boolean;
}

/** Metres: x east, y up, z north. Headings are radians from north to the east. */
export interface Car {
  readonly id: number;
  x: number;
  y: number;
  z: number;
  vx: number;
  vz: number;
  yaw: number;
  /** Where the front wheels stand, −1 … 1. */
  steer: number;
  /** Metres along the centre line since its start, and to the right of it. */
  along: number;
  across: number;
  /** Metres covered since the first crossing of the line; negative before it. */
  progress: number;
  /** Metres that the wheels have rolled. */
  rolled: number;
  /** Metres per second, along the car and to its right. */
  speed: number;
  slide: number;
  braking: boolean;
  /** Wheels on the grass. */
  offRoad: boolean;
  /** Laps whose time is known, ticks each. */
  readonly laps: number[];
  /** Tick at which the running lap began; −1 before the line. */
  lapFrom: number;
  /** Tick at which it finished; −1 while it races. */
  finished: number;
}

/** What happened to a car in the last tick. */
export interface GameEvent {
  readonly type: 'go' | 'crash' | 'bump' | 'lap' | 'finish';
  readonly car: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Seconds of one tick. */
export const TICK = 1 / 60;
