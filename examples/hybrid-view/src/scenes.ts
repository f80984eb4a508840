import { type Thing, type Triple, thingsAround, thingsInRoom } from './things.js';

/** The room that `serve.mjs` makes. */
const ROOM = 'splats:room';

/** What is looked at, from how far at first, and what this page draws there. */
export interface Subject {
  readonly target: Triple;
  readonly distance: number;
  readonly things: readonly Thing[];
}

/** Of the room what is known; of other scenes what they say: `target` and `distance`, or `bounds`. */
export function subjectOf(scene: string, { target, distance, bounds }: Readonly<Record<string, unknown>>): Subject {
  if (scene === ROOM) return { target: [0, 0.4, 0], distance: 5, things: thingsInRoom() };
  const { low, high } = (bounds ?? {}) as { low?: unknown; high?: unknown };
  if (isTriple(target)) return around(target, typeof distance === 'number' && distance > 0 ? distance : 4);
  if (!isTriple(low) || !isTriple(high)) return around([0, 0, 0], 4);
  const size = Math.hypot(high[0] - low[0], high[1] - low[1], high[2] - low[2]);
  return around([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2], 0.8 * size || 4);
}

/** The scene in words: how many splats, and what draws them. */
export function describeScene(scene: string, { splats, adapter }: Readonly<Record<string, unknown>>): string {
  const count = typeof splats === 'number' ? ` · ${splats.toLocaleString('en')} splats` : '';
  return `${scene}${count}${typeof adapter === 'string' ? ` · drawn by ${adapter}` : ''}`;
}

/** Pixels for one of the canvas: fewer where a CPU draws them. */
export function resolutionFor({ adapter }: Readonly<Record<string, unknown>>): number {
  return typeof adapter === 'string' && !/cpu|swiftshader|llvmpipe|software/i.test(adapter) ? 1 : 0.75;
}

function around(target: Triple, distance: number): Subject {
  return { target, distance, things: thingsAround(target, distance) };
}

function isTriple(value: unknown): value is Triple {
  return Array.isArray(value) && value.length === 3 && value.every((number) => Number.isFinite(number));
}
