import { formatNumber } from '../clip/formatTable.js';
import type { ClipFigures } from '../clip/measureClip.js';
import { mean } from '../metrics/statistics.js';
import { PEERS } from './encoders.js';
import type { PeerFigures } from './measurePeer.js';

/**
 * A clip measured with us and with every encoder.
 *
 * @example
 * ```ts
 * const clip: PeeredClip = { name: 'tank', kind: '2d-scroll', ours, peers };
 * ```
 */
export interface PeeredClip {
  readonly name: string;
  readonly kind: string;
  readonly ours: ClipFigures;
  readonly peers: readonly PeerFigures[];
}

/**
 * How we stand on one clip: our steady PSNR less that of the better opponent (H.264 or VP8 in 4:2:0), chroma repeated as usual, and interpolated.
 *
 * @example
 * ```ts
 * const { above, margin } = verdictOf(clip);
 * ```
 */
export interface Verdict {
  readonly better: PeerFigures;
  readonly margin: number;
  readonly above: boolean;
  /** The same where a player interpolates chroma. */
  readonly betterSmooth: PeerFigures;
  readonly marginSmooth: number;
  readonly aboveSmooth: boolean;
}

/** `above` is strict: a tie is none. Needs at least one opponent. */
export function verdictOf({ ours, peers }: PeeredClip): Verdict {
  const opponents = peers.filter(({ opponent }) => opponent);
  const best = (of: (peer: PeerFigures) => number) => opponents.reduce((a, b) => (of(b) > of(a) ? b : a));
  const better = best((peer) => peer.psnrSteady);
  const betterSmooth = best((peer) => peer.smooth.psnrSteady);
  const margin = ours.psnrSteady - better.psnrSteady;
  const marginSmooth = ours.psnrSteady - betterSmooth.smooth.psnrSteady;
  return { better, margin, above: margin > 0, betterSmooth, marginSmooth, aboveSmooth: marginSmooth > 0 };
}

/**
 * On how many clips we are above the better opponent.
 *
 * @example
 * ```ts
 * const { above, of } = countAbove(clips); // 7 of 10
 * ```
 */
export function countAbove(clips: readonly PeeredClip[]): {
  readonly above: number;
  readonly aboveSmooth: number;
  readonly of: number;
} {
  const verdicts = clips.map(verdictOf);
  return {
    above: verdicts.filter(({ above }) => above).length,
    aboveSmooth: verdicts.filter(({ aboveSmooth }) => aboveSmooth).length,
    of: clips.length,
  };
}

/** Columns of `peerRows`. */
export const PEER_HEAD: readonly string[] = [
  'clip',
  'SGAPS',
  ...PEERS.map(({ id }) => id),
  'margin',
  'above?',
  'smooth h264',
  'smooth vp8',
  'margin',
  'above?',
];

/**
 * A row per clip and the means: steady PSNR of each, and whether we are above the better of H.264 and VP8; "smooth" is with interpolated chroma.
 *
 * @example
 * ```ts
 * console.log(formatTable(PEER_HEAD, peerRows(clips)));
 * ```
 */
export function peerRows(clips: readonly PeeredClip[]): string[][] {
  const signed = (value: number) => `${value > 0 ? '+' : ''}${formatNumber(value, 2)}`;
  const peer = (clip: PeeredClip, id: string) => clip.peers.find((figures) => figures.id === id);
  const cells = (name: string, of: (pick: (clip: PeeredClip) => number) => number, above: string, aboveSmooth: string) => [
    name,
    formatNumber(
      of(({ ours }) => ours.psnrSteady),
      2,
    ),
    ...PEERS.map(({ id }) =>
      formatNumber(
        of((clip) => peer(clip, id)?.psnrSteady ?? Number.NaN),
        2,
      ),
    ),
    signed(of((clip) => verdictOf(clip).margin)),
    above,
    ...(['h264', 'vp8'] as const).map((id) =>
      formatNumber(
        of((clip) => peer(clip, id)?.smooth.psnrSteady ?? Number.NaN),
        2,
      ),
    ),
    signed(of((clip) => verdictOf(clip).marginSmooth)),
    aboveSmooth,
  ];
  const word = (above: boolean) => (above ? 'yes' : 'no');
  const rows = clips.map((clip) => {
    const { above, aboveSmooth } = verdictOf(clip);
    return cells(clip.name, (pick) => pick(clip), word(above), word(aboveSmooth));
  });
  for (const [prefix, label] of [
    ['2d', '2D'],
    ['3d', '3D'],
    ['', 'all'],
  ] as const) {
    const some = clips.filter(({ kind }) => kind.startsWith(prefix));
    if (some.length < 2 || (prefix !== '' && some.length === clips.length)) continue;
    const { above, aboveSmooth, of } = countAbove(some);
    rows.push(cells(`mean of ${label}`, (pick) => mean(some.map(pick)), `${above}/${of}`, `${aboveSmooth}/${of}`));
  }
  return rows;
}

/** Columns of `peerDetailRows`. */
export const PEER_DETAIL_HEAD: readonly string[] = [
  '',
  'B/frame',
  'PSNR',
  'steady',
  'p5',
  'SSIM',
  'SSIM steady',
  'steady, smooth',
];

/**
 * A row for us and for each encoder on one clip, with the bytes that each made.
 *
 * @example
 * ```ts
 * console.log(formatTable(PEER_DETAIL_HEAD, peerDetailRows(clip)));
 * ```
 */
export function peerDetailRows({ ours, peers }: PeeredClip): string[][] {
  const row = (name: string, bytes: number, quality: ClipFigures | PeerFigures, smooth: number | undefined) => [
    name,
    formatNumber(bytes, 0),
    formatNumber(quality.psnr, 2),
    formatNumber(quality.psnrSteady, 2),
    formatNumber(quality.psnrP5, 2),
    formatNumber(quality.ssim, 4),
    formatNumber(quality.ssimSteady, 4),
    smooth === undefined ? '' : formatNumber(smooth, 2),
  ];
  return [
    row(`SGAPS (${ours.model})`, ours.bytesUp + ours.bytesDown, ours, undefined),
    ...peers.map((peer) => row(peer.label, peer.bytes, peer, peer.smooth.psnrSteady)),
  ];
}
