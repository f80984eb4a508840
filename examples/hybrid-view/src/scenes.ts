import type { RemoteView } from '@sgaps/client/view';
import { type Thing, type Triple, thingsAround, thingsInRoom } from './things.js';

/** The room that `serve.mjs` makes. */
const ROOM = 'splats:room';

/** What is looked at, from how far at first, and what this page draws there. */
export interface Subject {
  readonly target: Triple;
  readonly distance: number;
  /** Where from: how far it is turned round and looks down at first, radians. */
  readonly yaw: number;
  readonly pitch: number;
  readonly things: readonly Thing[];
}

const USUAL = { yaw: 0.35, pitch: 0.25 };

/** Settles once a scene that has to be built first, as `free:ID`, says what it is, or why it is none. */
export async function whenBuilt(remote: RemoteView, scene: string, say: (words: string) => void): Promise<void> {
  if (!scene.startsWith('free:') || remote.about.bounds) return;
  if (remote.error) throw remote.error;
  const tell = () => say(`building ${Math.round(100 * (remote.building ?? 0))} % …`);
  tell();
  remote.addEventListener('building', tell);
  await new Promise<void>((resolve, reject) => {
    remote.addEventListener('built', () => resolve(), { once: true });
    remote.addEventListener('error', ({ detail }) => reject(detail), { once: true });
  });
  remote.removeEventListener('building', tell);
  say('');
}

/**
 * Of the room what is known; of other scenes what they say: of a recording where its player stood, else `target` and `distance`, or `bounds`.
 *
 * @param up −1 where y points down.
 */
export function subjectOf(
  scene: string,
  { target, distance, bounds, camera }: Readonly<Record<string, unknown>>,
  up: 1 | -1,
): Subject {
  if (scene === ROOM) return { target: [0, 0.4, 0], distance: 5, ...USUAL, things: thingsInRoom() };
  const { low, high } = (bounds ?? {}) as { low?: unknown; high?: unknown };
  const { view } = (camera ?? {}) as { view?: unknown };
  if (scene.startsWith('free:') && isView(view) && isTriple(low) && isTriple(high)) return before(view, low, high, up);
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
  return { target, distance, ...USUAL, things: thingsAround(target, distance) };
}

/** What lies before a camera, as far as the middle of what is there. */
function before(v: readonly number[], low: Triple, high: Triple, up: 1 | -1): Subject {
  const eye = [0, 1, 2].map((at) => -(v[4 * at] * v[12] + v[4 * at + 1] * v[13] + v[4 * at + 2] * v[14]));
  const forward: Triple = [v[2], v[6], v[10]];
  const size = Math.hypot(high[0] - low[0], high[1] - low[1], high[2] - low[2]);
  const far = forward.reduce((sum, value, at) => sum + value * ((low[at] + high[at]) / 2 - eye[at]), 0);
  const distance = Math.max(far, 0.1 * size, 1e-3);
  const target: Triple = [eye[0] + distance * v[2], eye[1] + distance * v[6], eye[2] + distance * v[10]];
  const pitch = Math.asin(Math.max(-1, Math.min(1, -up * forward[1])));
  return { target, distance, yaw: Math.atan2(forward[0], -up * forward[2]), pitch, things: thingsAround(target, distance) };
}

function isView(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length === 16 && value.every((number) => Number.isFinite(number));
}

function isTriple(value: unknown): value is Triple {
  return Array.isArray(value) && value.length === 3 && value.every((number) => Number.isFinite(number));
}
