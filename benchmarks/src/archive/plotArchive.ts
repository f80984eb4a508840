import * as Plot from '@observablehq/plot';
import { COLOURS } from '../plot/colours.js';
import { drawPanel, type Figure, type Panel } from '../plot/drawPanel.js';
import type { ArchivedClip } from './measureArchive.js';

/**
 * What `bench:archive --json` prints.
 *
 * @example
 * ```ts
 * const { model, clips } = lastJson<ArchiveFigures>(output);
 * ```
 */
export interface ArchiveFigures {
  readonly model: string;
  readonly clips: readonly ArchivedClip[];
}

/** Pixels from one coder's dots to the next one's. */
const STEP = 5;

/** Coders shown: the better preset of H.264 in each form of colour, and AV1. */
const CODERS = [
  { label: 'SGAPS archive', colour: COLOURS.ours, ids: [] },
  { label: 'H.264', colour: COLOURS.red, ids: ['h264-veryfast', 'h264-medium'] },
  { label: 'H.264 4:4:4', colour: COLOURS.violet, ids: ['h264-veryfast-444', 'h264-medium-444'] },
  { label: 'AV1', colour: COLOURS.blue, ids: ['av1'] },
] as const;

/**
 * Archives beside video at the same bytes: PSNR of each clip, a panel for each working point.
 *
 * @example
 * ```ts
 * writeFileSync('archive.svg', sheetOf(plotArchive(figures), origin));
 * ```
 */
export function plotArchive({ clips, model }: ArchiveFigures): Figure {
  const points = clips[0]?.points.map(({ point }) => point) ?? [];
  return {
    title: 'Archives beside video at the same bytes',
    note: `Further right is better. Each clip's video takes the very bytes that its archive took (under its name, with the ratio to raw RGB). Codec with ${model}; of H.264 the better of two presets; AV1 is SVT-AV1 preset 8. Both look ahead as far as they like. PSNR is capped at 60 dB.`,
    legend: CODERS.map(({ label, colour }) => ({ label, colour })),
    panels: points.map((point) => draw(point, clips)),
  };
}

function draw(point: string, clips: readonly ArchivedClip[]): Panel {
  const rows = clips.flatMap(({ name, fps, raw, points }) => {
    const found = points.find((one) => one.point === point);
    if (!found) return [];
    const rate = (found.ours.bytes * fps) / found.ours.frames;
    const clip = `${name}\n${(rate / 1000).toFixed(0)} kB/s, ${(raw / rate).toFixed(0)}×`;
    return CODERS.flatMap(({ ids, colour }) => {
      const peers = found.peers.filter(({ id }) => (ids as readonly string[]).includes(id)).map(({ psnr }) => psnr);
      const psnr = ids.length === 0 ? found.ours.psnr : Math.max(...peers);
      return Number.isFinite(psnr) ? [{ clip, psnr, colour }] : [];
    });
  });
  const names = [...new Set(rows.map(({ clip }) => clip))];
  const title = point.endsWith('×')
    ? `${point.slice(0, -1)} times smaller than raw RGB, or smaller`
    : `As few bytes as give ${point}`;
  return drawPanel(title, 'PSNR, dB', {
    height: names.length * 40 + 50,
    marginLeft: 158,
    marginRight: 24,
    marginBottom: 34,
    x: { grid: true, label: null, nice: true },
    y: { domain: names, label: null, tickSize: 0 },
    marks: [
      Plot.ruleY(names, { stroke: COLOURS.grid }),
      // A little below each other, so that none hides another.
      ...CODERS.map(({ colour }, i) => {
        const own = rows.filter((row) => row.colour === colour);
        return Plot.dot(own, {
          x: 'psnr',
          y: 'clip',
          fill: colour,
          r: i === 0 ? 5 : 4,
          dy: STEP * (i - (CODERS.length - 1) / 2),
        });
      }),
    ],
  });
}
