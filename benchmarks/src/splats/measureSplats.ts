import { join } from 'node:path';
import { RecordingReader } from '@sgaps/protocol';
import { fileSource, replaySplats, zstdCompressor } from '@sgaps/server';
import { renderReference, type SplatCamera, writePly } from '@sgaps/splats';
import { psnr } from '../metrics/psnr.js';
import { Ssim } from '../metrics/Ssim.js';
import { mean, quantile } from '../metrics/statistics.js';
import { type Look, readLooks } from './readLooks.js';
import { isUsed, type Yard, type YardTruth } from './recordYard.js';
import { reproject } from './reproject.js';
import type { Pose } from './stillTruths.js';

/** How near to its camera the game draws, metres: nothing nearer is in its pictures. */
const NEAR = 0.2;
/** Places that are compared, of each kind. */
const MOST_PLACES = 24;

/**
 * How like pictures of one kind are to the still world's true ones.
 *
 * @example
 * ```ts
 * const { psnr, ssim }: Likeness = figures.kinds.held.splats;
 * ```
 */
interface Likeness {
  /** Mean and median over places, dB. */
  readonly psnr: number;
  readonly psnrMedian: number;
  readonly ssim: number;
}

/**
 * What was measured.
 *
 * @example
 * ```ts
 * const { splats, buildSeconds }: SplatFigures = await measureSplats(yard, folder);
 * ```
 */
export interface SplatFigures {
  readonly frames: number;
  readonly splats: number;
  readonly sky: number;
  readonly buildSeconds: number;
  readonly plyBytes: number;
  readonly kinds: Readonly<
    Record<
      YardTruth['kind'],
      {
        readonly places: number;
        /** Mean of the splats' alpha, 0 … 1. */
        readonly coverage: number;
        readonly splats: Likeness;
        /** The recorded picture of the nearest frame that was used, as it is, and carried over by its depth. */
        readonly nearest: Likeness;
        readonly reprojected: Likeness;
      }
    >
  >;
}

/**
 * A place as it is, and as the splats show it.
 *
 * @example
 * ```ts
 * const { truth, rgb }: SplatView = views[0];
 * ```
 */
export interface SplatView {
  readonly truth: YardTruth;
  readonly rgb: Uint8Array;
  readonly psnr: number;
}

/**
 * Builds splats of a recording's used frames, from its bytes alone, and compares them with what is true at places that were not used.
 *
 * @param onView gets each place.
 *
 * @example
 * ```ts
 * const figures = await measureSplats(yard, 'out/splats', (view) => views.push(view));
 * ```
 */
export async function measureSplats(
  yard: Yard,
  folder: string,
  onView: (view: SplatView) => void = () => undefined,
): Promise<SplatFigures> {
  const path = join(folder, 'recordings', `${yard.recordingId}.sgaps`);
  const reader = await RecordingReader.open(await fileSource(path), { compressor: zstdCompressor });
  try {
    const uses = (frameId: number) => isUsed(frameId, yard.frames);
    const began = performance.now();
    const { cloud, sky, frames } = await replaySplats(reader, { uses });
    const buildSeconds = (performance.now() - began) / 1000;
    const places = (['held', 'stretch', 'beside'] as const).flatMap((kind) =>
      some(yard.truths.filter((truth) => truth.kind === kind)),
    );
    const beside = new Map(places.map((truth) => [truth, nearestUsed(truth.frameId, yard.frames)]));
    const looks = await readLooks(reader, (frameId) => [...beside.values()].includes(frameId));
    const ssim = new Ssim(reader.header.grid.width, reader.header.grid.height);
    const side = ssim.createSide();
    const tallies = new Map<string, { psnr: number[]; ssim: number[] }>();
    const coverage = new Map<string, number[]>();
    for (const truth of places) {
      const look = looks.get(beside.get(truth) ?? -1);
      if (!look) continue;
      const camera = cameraAt(truth.pose, look);
      const { colour, alpha } = renderReference(cloud, camera, { near: NEAR });
      const rgb = Uint8Array.from(colour, (value) => Math.round(255 * value));
      const own = ssim.prepare(truth.still);
      for (const [row, picture] of [
        ['splats', rgb],
        ['nearest', look.rgb],
        ['reprojected', reproject(look, camera)],
      ] as const) {
        const tally = tallies.get(`${truth.kind} ${row}`) ?? { psnr: [], ssim: [] };
        tallies.set(`${truth.kind} ${row}`, tally);
        tally.psnr.push(psnr(truth.still, picture));
        tally.ssim.push(ssim.compare(own, ssim.prepare(picture, side)));
      }
      coverage.set(truth.kind, [...(coverage.get(truth.kind) ?? []), mean(Array.from(alpha))]);
      onView({ truth, rgb, psnr: psnr(truth.still, rgb) });
    }
    const of = (name: string): Likeness => {
      const { psnr: all = [], ssim: alike = [] } = tallies.get(name) ?? {};
      return { psnr: mean(all), psnrMedian: quantile(all, 0.5), ssim: mean(alike) };
    };
    const kind = (name: YardTruth['kind']) => ({
      places: coverage.get(name)?.length ?? 0,
      coverage: mean(coverage.get(name) ?? []),
      splats: of(`${name} splats`),
      nearest: of(`${name} nearest`),
      reprojected: of(`${name} reprojected`),
    });
    const kinds = { held: kind('held'), stretch: kind('stretch'), beside: kind('beside') };
    return { frames, splats: cloud.count, sky, buildSeconds, plyBytes: writePly(cloud).length, kinds };
  } finally {
    await reader.close();
  }
}

/** Evenly chosen ones. */
function some<T>(all: readonly T[]): T[] {
  const count = Math.min(MOST_PLACES, all.length);
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]);
}

function nearestUsed(frameId: number, frames: number): number {
  for (let off = 0; off < frames; off++)
    for (const other of [frameId - off, frameId + off]) if (other >= 0 && other < frames && isUsed(other, frames)) return other;
  return -1;
}

/** The camera of a pose in the space of splats, where y is down, with another's lens. */
function cameraAt({ position, forward }: Pose, { camera }: Look): SplatCamera {
  const eye = [position[0], -position[1], position[2]];
  const length = Math.hypot(...forward);
  const ahead = [forward[0] / length, -forward[1] / length, forward[2] / length];
  const level = Math.hypot(ahead[0], ahead[2]);
  const right = [ahead[2] / level, 0, -ahead[0] / level];
  const down = [
    ahead[1] * right[2] - ahead[2] * right[1],
    ahead[2] * right[0] - ahead[0] * right[2],
    ahead[0] * right[1] - ahead[1] * right[0],
  ];
  const view = new Float32Array(16);
  for (const [row, axis] of [right, down, ahead].entries()) {
    for (let column = 0; column < 3; column++) view[4 * column + row] = axis[column];
    view[12 + row] = -(axis[0] * eye[0] + axis[1] * eye[1] + axis[2] * eye[2]);
  }
  view[15] = 1;
  return { ...camera, view };
}
