import type { PlatformSpec } from './level.js';

/** Where a moving platform is: centre of its upper edge, and how far it came in the last tick. */
export interface Platform {
  spec: PlatformSpec;
  x: number;
  y: number;
  dx: number;
  dy: number;
}

/** Makes the platform's state at tick 0. */
export function createPlatform(spec: PlatformSpec): Platform {
  return { spec, x: spec.x, y: spec.y, dx: 0, dy: 0 };
}

/** Puts the platform where it is at `tick` (60 per second); its way is a pure function of time. */
export function movePlatform(platform: Platform, tick: number): void {
  const { spec } = platform;
  const phase = (tick / 60 / spec.seconds) % 2;
  const there = phase < 1 ? phase : 2 - phase;
  const eased = there * there * (3 - 2 * there);
  const x = spec.x + (spec.toX - spec.x) * eased;
  const y = spec.y + (spec.toY - spec.y) * eased;
  platform.dx = x - platform.x;
  platform.dy = y - platform.y;
  platform.x = x;
  platform.y = y;
}
