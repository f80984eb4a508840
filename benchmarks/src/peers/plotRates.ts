import * as Plot from '@observablehq/plot';
import { COLOURS } from '../plot/colours.js';
import { drawPanel, type Figure, type Panel } from '../plot/drawPanel.js';
import type { PeersFigures } from '../report/peersSection.js';

const CODERS = [
  { id: 'sgaps', label: 'SGAPS, up and down', colour: COLOURS.ours },
  { id: 'h264', label: 'H.264', colour: COLOURS.red },
  { id: 'vp8', label: 'VP8', colour: COLOURS.violet },
  { id: 'vp9', label: 'VP9', colour: COLOURS.blue },
  { id: 'h264-444', label: 'H.264 4:4:4', colour: COLOURS.red, dashed: true },
  { id: 'vp9-444', label: 'VP9 4:4:4', colour: COLOURS.blue, dashed: true },
] as const;

interface RatePoint {
  readonly coder: string;
  readonly bytes: number;
  readonly psnr: number;
}

/** Points of a clip: bytes per frame and steady PSNR of us and of each encoder, by rising bytes. */
function ratePoints(runs: readonly PeersFigures[], name: string): RatePoint[] {
  const points = runs.flatMap(({ clips }) => {
    const clip = clips.find((one) => one.name === name);
    if (!clip) return [];
    const { bytesUp, bytesDown, psnrSteady } = clip.ours;
    const peers = clip.peers.map(({ id, bytes, psnrSteady: psnr }) => ({ coder: id as string, bytes, psnr }));
    return [{ coder: 'sgaps', bytes: bytesUp + bytesDown, psnr: psnrSteady }, ...peers];
  });
  return points.sort((a, b) => a.bytes - b.bytes);
}

/**
 * PSNR against bytes for us and for realtime video, a panel for each clip, from runs of `bench:peers` with several budgets.
 *
 * @example
 * ```ts
 * writeFileSync('rates.svg', sheetOf(plotRates(runs), origin));
 * ```
 */
export function plotRates(runs: readonly PeersFigures[]): Figure {
  const clips = [...new Map(runs.flatMap((run) => run.clips).map(({ name, kind }) => [name, kind])).entries()];
  const there = new Set(runs.flatMap((run) => run.clips.flatMap(({ peers }) => peers.map(({ id }) => id as string))));
  const coders = CODERS.filter(({ id }) => id === 'sgaps' || there.has(id));
  return {
    title: 'PSNR against bytes, beside realtime video',
    note: 'Further up and further left is better. Each clip at several budgets: SGAPS by all that crosses the socket, encoders by their own bytes, made to spend what SGAPS may spend up and down together. 4:2:0 as browsers encode it; dashed: colour at full resolution, which browsers do not record by themselves. Steady: without the first 2 s.',
    legend: coders.map((coder) => ({ label: coder.label, colour: coder.colour, dashed: 'dashed' in coder })),
    panels: clips.map(([name, kind]) => draw(name, kind, ratePoints(runs, name), coders)),
  };
}

function draw(name: string, kind: string, points: readonly RatePoint[], coders: readonly (typeof CODERS)[number][]): Panel {
  const marks = coders.toReversed().flatMap((coder) => {
    const own = points.filter((point) => point.coder === coder.id);
    const isOurs = coder.id === 'sgaps';
    const dashed = 'dashed' in coder;
    const line = { x: 'bytes', y: 'psnr', stroke: coder.colour, strokeWidth: isOurs ? 3 : 1.5 };
    return [
      Plot.line(own, dashed ? { ...line, strokeDasharray: '4 3' } : line),
      Plot.dot(own, { x: 'bytes', y: 'psnr', fill: coder.colour, r: isOurs ? 4 : 2.5 }),
    ];
  });
  return drawPanel(name, `steady PSNR, dB, by bytes per frame; ${kind}`, {
    marginLeft: 40,
    marginBottom: 36,
    x: { label: 'bytes per frame', labelArrow: 'none', labelAnchor: 'center', zero: true, nice: true, ticks: 6 },
    y: { label: null, grid: true, nice: true, ticks: 6 },
    marks,
  });
}
