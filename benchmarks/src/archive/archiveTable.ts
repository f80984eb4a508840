import { formatNumber } from '../clip/formatTable.js';
import type { ArchivedClip, PointFigures } from './measureArchive.js';

/** Columns of `archiveRows`. */
export const ARCHIVE_HEAD = ['', 'kB/s', 'ratio', 'PSNR', 'SSIM', 'encode ms', 'p95', 'decode ms', 'p95', 'drawn', 'codebooks'];

/** Columns of `clipRows`. */
export const ARCHIVE_CLIP_HEAD = [
  'clip',
  'kind',
  'kB/s',
  'ratio',
  'PSNR',
  'SSIM',
  'H.264',
  'AV1',
  'H.264 4:4:4',
  'encode ms',
  'decode ms',
];

/** What a row is made of. */
interface Row {
  readonly label: string;
  readonly bytesPerSecond?: number;
  readonly ratio?: number;
  readonly psnr: number;
  readonly ssim: number;
  readonly times?: readonly number[];
  readonly drawn?: number;
  readonly codebooks?: number;
}

/**
 * Rows of one working point, each the mean over the clips: ours, video encoders at the bytes of each clip, and held frames.
 *
 * @example
 * ```ts
 * console.log(formatTable(ARCHIVE_HEAD, archiveRows(clips, '42×')));
 * ```
 */
export function archiveRows(clips: readonly ArchivedClip[], point: string): string[][] {
  const found = clips.map((clip) => ({ clip, at: pointOf(clip, point) }));
  const mean = (value: (one: (typeof found)[number]) => number) => found.reduce((sum, one) => sum + value(one), 0) / found.length;
  const seconds = ({ clip, at }: (typeof found)[number]) => at.ours.frames / clip.fps;
  const rate = (bytes: (one: (typeof found)[number]) => number) => {
    const bytesPerSecond = mean((one) => bytes(one) / seconds(one));
    return { bytesPerSecond, ratio: mean(({ clip }) => clip.raw) / bytesPerSecond };
  };
  const rows: Row[] = [
    {
      label: 'SGAPS archive',
      ...rate(({ at }) => at.ours.bytes),
      psnr: mean(({ at }) => at.ours.psnr),
      ssim: mean(({ at }) => at.ours.ssim),
      times: [
        mean(({ at }) => at.ours.encode.p50),
        mean(({ at }) => at.ours.encode.p95),
        mean(({ at }) => at.ours.decode.p50),
        mean(({ at }) => at.ours.decode.p95),
      ],
      drawn: mean(({ at }) => at.ours.drawn),
      codebooks: mean(({ at }) => at.ours.codebooks),
    },
  ];
  found[0]?.at.peers.forEach(({ label }, i) => {
    rows.push({
      label,
      ...rate(({ at }) => at.peers[i].bytes),
      psnr: mean(({ at }) => at.peers[i].psnr),
      ssim: mean(({ at }) => at.peers[i].ssim),
    });
  });
  for (const [label, held] of [
    ['first frame held', 'firstFrameHeld'],
    ['previous frame held', 'previousFrameHeld'],
  ] as const)
    rows.push({ label, psnr: mean(({ at }) => at.ours[held].psnr), ssim: mean(({ at }) => at.ours[held].ssim) });
  return rows.map(cells);
}

/**
 * A row per clip at one working point: ours, and PSNR of the best H.264, of AV1 and of the best H.264 with full colour at the same bytes.
 *
 * @example
 * ```ts
 * console.log(formatTable(ARCHIVE_CLIP_HEAD, clipRows(clips, '42×')));
 * ```
 */
export function clipRows(clips: readonly ArchivedClip[], point: string): string[][] {
  return clips.map((clip) => {
    const { ours, peers } = pointOf(clip, point);
    const rate = (ours.bytes * clip.fps) / ours.frames;
    const best = (...ids: readonly string[]) => Math.max(...peers.filter(({ id }) => ids.includes(id)).map(({ psnr }) => psnr));
    const video = [best('h264-veryfast', 'h264-medium'), best('av1'), best('h264-veryfast-444', 'h264-medium-444')];
    return [
      clip.name,
      clip.kind,
      formatNumber(rate / 1000, 1),
      formatNumber(clip.raw / rate, 1),
      formatNumber(ours.psnr, 2),
      formatNumber(ours.ssim, 4),
      ...video.map((psnr) => formatNumber(Number.isFinite(psnr) ? psnr : undefined, 2)),
      formatNumber(ours.encode.p50, 1),
      formatNumber(ours.decode.p50, 1),
    ];
  });
}

/**
 * Shares of the time until the model had answered, of all: encoding and decoding.
 *
 * @example
 * ```ts
 * const { encode, decode } = modelShares(clips);
 * ```
 */
export function modelShares(clips: readonly ArchivedClip[]): { readonly encode: number; readonly decode: number } {
  const all = clips.flatMap(({ points }) => points);
  const mean = (value: (point: PointFigures) => number) => all.reduce((sum, point) => sum + value(point), 0) / all.length;
  return { encode: mean(({ ours }) => ours.encode.model), decode: mean(({ ours }) => ours.decode.model) };
}

function pointOf({ points }: ArchivedClip, id: string): PointFigures {
  return points.find(({ point }) => point === id) as PointFigures;
}

function cells({ label, bytesPerSecond, ratio, psnr, ssim, times = [], drawn, codebooks }: Row): string[] {
  return [
    label,
    formatNumber(bytesPerSecond && bytesPerSecond / 1000, 1),
    formatNumber(ratio, 1),
    formatNumber(psnr, 2),
    formatNumber(ssim, 4),
    ...Array.from({ length: 4 }, (_, i) => formatNumber(times[i], 1)),
    drawn === undefined ? '–' : `${(100 * drawn).toFixed(0)} %`,
    formatNumber(codebooks, 1),
  ];
}
