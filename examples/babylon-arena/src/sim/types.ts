/** What is asked of the player's robot in one tick. */
export interface Command {
  /** Ahead (1) … back (−1). */
  forward: number;
  /** Right (1) … left (−1). */
  strafe: number;
  /** Turn in this tick, radians, to the right. */
  turn: number;
  /** Change of the view's tilt in this tick, radians, downwards. */
  tilt: number;
  fire: boolean;
  jump: boolean;
}

/** A place in metres: x east, y up, z north. Headings are radians from north to the east. */
export interface Place {
  x: number;
  y: number;
  z: number;
}

/** The player's robot. */
export interface Player extends Place {
  vx: number;
  vy: number;
  vz: number;
  yaw: number;
  /** How far the view looks down, radians. */
  tilt: number;
  health: number;
  /** Ticks without harm. */
  safeTicks: number;
  /** Ticks of quick fire. */
  rapidTicks: number;
  reload: number;
  /** Metres walked, for the legs. */
  stride: number;
  grounded: boolean;
}

/** `beetle` bites, `drone` hovers and shoots, `brute` is slow and strong. */
export type EnemyKind = 'beetle' | 'drone' | 'brute';

/** An enemy: it wanders between marks until it sees the player, then hunts. */
export interface Enemy extends Place {
  readonly id: number;
  readonly kind: EnemyKind;
  yaw: number;
  vx: number;
  vz: number;
  health: number;
  hitTicks: number;
  hunting: boolean;
  /** Ticks until it forgets the player, or chooses another mark. */
  patience: number;
  markX: number;
  markZ: number;
  reload: number;
  stride: number;
}

/** A flying shot, the player's or an enemy's. */
export interface Shot extends Place {
  readonly hostile: boolean;
  vx: number;
  vy: number;
  vz: number;
  life: number;
}

/** `heart` heals, `gear` is worth points, `bolt` gives quick fire. */
export type PickupKind = 'heart' | 'gear' | 'bolt';

/** Something to walk over. */
export interface Pickup extends Place {
  readonly id: number;
  readonly kind: PickupKind;
  age: number;
}

/** What happened in a tick, for particles and messages. */
export interface GameEvent extends Place {
  type: 'shot' | 'spark' | 'burst' | 'hurt' | 'died' | 'pickup' | 'wave';
}

/** Full health of the player. */
export const FULL_HEALTH = 100;
/** Seconds of one tick. */
export const TICK = 1 / 60;

/** True where two places are less than `distance` apart on the map. */
export function near(a: { x: number; z: number }, b: { x: number; z: number }, distance: number): boolean {
  return (a.x - b.x) ** 2 + (a.z - b.z) ** 2 < distance * distance;
}
