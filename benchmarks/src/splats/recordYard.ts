import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '@sgaps/server';
import { destination, pino } from 'pino';
import { recordGame } from '../demo/recordGame.js';
import { drawStill, keepPoses, type Pose, readPoses } from './stillTruths.js';

/** The sample game that is recorded, and the pixels of its pictures. */
const GAME = 'babylon-arena';
const PIXELS = 320 * 180;
/** Every so many frames one is never used, and as many frames one of the places beside the way is. */
const HELD_EVERY = 10;
const BESIDE_EVERY = 30;
/** Part of the recording of which nothing is used. */
const UNUSED_FROM = 0.6;
const UNUSED_TO = 0.7;
/** How far beside and above the way a free camera stands, metres, and how far it is turned, radians. */
const BESIDE = 1.6;
const ABOVE = 0.8;
const TURNED = 0.35;

/**
 * A true picture and where from: seen by the player, or without all that moves.
 *
 * @example
 * ```ts
 * const { kind, pose, still }: YardTruth = yard.truths[0];
 * ```
 */
export interface YardTruth {
  /** `held`: a frame between frames that are used; `stretch`: a frame of a stretch of which none is; `beside`: no frame, but a place beside the way. */
  readonly kind: 'held' | 'stretch' | 'beside';
  /** The frame; for a place beside the way the frame it is beside. */
  readonly frameId: number;
  readonly pose: Pose;
  /** What stands still, 3 × 320·180 bytes. */
  readonly still: Uint8Array;
  /** What the player saw; null beside the way. */
  readonly whole: Uint8Array | null;
}

/**
 * A recording of the Babylon sample game, and what is true.
 *
 * @example
 * ```ts
 * const { recordingId, truths }: Yard = await recordYard({ folder, seconds: 40, seed: 7 });
 * ```
 */
export interface Yard {
  readonly recordingId: string;
  readonly frames: number;
  readonly truths: readonly YardTruth[];
}

/** What is kept of it beside the recording. */
interface YardFile {
  readonly recordingId: string;
  readonly frames: number;
  readonly truths: readonly (Pick<YardTruth, 'kind' | 'frameId' | 'pose'> & { readonly whole: boolean })[];
}

/**
 * Whether a frame may be used: it is no held-back frame, and does not lie in the unused stretch.
 *
 * @example
 * ```ts
 * const used = isUsed(15, 1200); // false
 * ```
 */
export function isUsed(frameId: number, frames: number): boolean {
  return frameId % HELD_EVERY !== HELD_EVERY / 2 && !inStretch(frameId, frames);
}

/**
 * Records the sample game with depth, its bot playing, by the repository's own server and client in headless Chromium; or takes what was recorded in the folder before.
 *
 * @throws SgapsError `NOT_FOUND` without a built sample game or Chromium.
 * @example
 * ```ts
 * const yard = await recordYard({ folder: 'out/splats', seconds: 40, seed: 7 });
 * ```
 */
export async function recordYard(options: {
  readonly folder: string;
  readonly examples: string;
  readonly seconds: number;
  readonly seed: number;
}): Promise<Yard> {
  const { folder } = options;
  const about = join(folder, 'yard.json');
  if (!existsSync(about)) await makeYard(options, about);
  const { recordingId, frames, truths } = JSON.parse(readFileSync(about, 'utf8')) as YardFile;
  const stills = readFileSync(join(folder, 'still.rgb'));
  const wholes = readFileSync(join(folder, 'whole.rgb'));
  let whole = 0;
  return {
    recordingId,
    frames,
    truths: truths.map((truth, i) => ({
      ...truth,
      still: stills.subarray(3 * PIXELS * i, 3 * PIXELS * (i + 1)),
      whole: truth.whole ? wholes.subarray(3 * PIXELS * whole, 3 * PIXELS * ++whole) : null,
    })),
  };
}

async function makeYard(
  { folder, examples, seconds, seed }: { folder: string; examples: string; seconds: number; seed: number },
  about: string,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const log = pino({ name: 'sgaps', level: 'warn' }, destination(2));
  const server = await startServer({ port: 0, data: folder, examples, log });
  const wholes = new Map<number, Uint8Array>();
  let frames = 0;
  let wanted: Omit<YardTruth, 'still' | 'whole'>[] = [];
  let stills: Uint8Array[] = [];
  try {
    const recordingId = await recordGame({
      server,
      game: GAME,
      seconds,
      seed,
      clock: 'virtual',
      depth: true,
      onTruth: (frameId, rgb) => wholes.set(frameId, rgb),
      onPage: keepPoses,
      onStopped: async (page) => {
        const poses = await readPoses(page);
        frames = Math.max(...poses.keys()) + 1;
        wanted = [...poses]
          .flatMap(([frameId, pose]) => wantedAt(frameId, pose, frames))
          .filter(({ frameId }) => wholes.has(frameId));
        stills = await drawStill(
          page,
          wanted.map(({ pose }) => pose),
        );
      },
    });
    const isWhole = ({ kind }: { kind: YardTruth['kind'] }) => kind !== 'beside';
    writeFileSync(join(folder, 'still.rgb'), Buffer.concat(stills));
    writeFileSync(
      join(folder, 'whole.rgb'),
      Buffer.concat(wanted.filter(isWhole).map(({ frameId }) => wholes.get(frameId) ?? new Uint8Array())),
    );
    const file: YardFile = { recordingId, frames, truths: wanted.map((truth) => ({ ...truth, whole: isWhole(truth) })) };
    writeFileSync(about, JSON.stringify(file));
  } finally {
    await server.close();
  }
}

/** What is compared at a frame. */
function wantedAt(frameId: number, pose: Pose, frames: number): Omit<YardTruth, 'still' | 'whole'>[] {
  if (inStretch(frameId, frames)) return frameId % HELD_EVERY === 0 ? [{ kind: 'stretch', frameId, pose }] : [];
  const found: Omit<YardTruth, 'still' | 'whole'>[] = [];
  if (!isUsed(frameId, frames)) found.push({ kind: 'held', frameId, pose });
  if (frameId % BESIDE_EVERY === 0)
    found.push({ kind: 'beside', frameId, pose: beside(pose, frameId % (2 * BESIDE_EVERY) === 0 ? 1 : -1) });
  return found;
}

/** A place to the right or left of the way, looking back at where the player looks. */
function beside({ position: [x, y, z], forward: [fx, fy, fz] }: Pose, side: 1 | -1): Pose {
  const level = Math.hypot(fx, fz) || 1;
  const [right, ahead] = [fz / level, -fx / level];
  const [cos, sin] = [Math.cos(TURNED * side), -Math.sin(TURNED * side)];
  return {
    position: [x + BESIDE * side * right, y + ABOVE, z + BESIDE * side * ahead],
    forward: [fx * cos + fz * sin, fy - 0.1, fz * cos - fx * sin],
  };
}

function inStretch(frameId: number, frames: number): boolean {
  return frameId >= UNUSED_FROM * frames && frameId < UNUSED_TO * frames;
}
