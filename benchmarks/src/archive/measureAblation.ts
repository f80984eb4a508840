import type { ArchiveModel } from '@sgaps/core';
import { formatNumber } from '../clip/formatTable.js';
import type { ClipEntry } from '../clip/listClips.js';
import { probeVideo } from '../video/probeVideo.js';
import { ARCHIVE_VARIANTS } from './archiveVariants.js';
import { codeClip } from './codeClip.js';
import { between } from './searchCrf.js';

/**
 * What a clip took at one quantiser.
 *
 * @example
 * ```ts
 * const trial: Trial = { quantiser: 26, bytesPerFrame: 3100, psnr: 39.2 };
 * ```
 */
export interface Trial {
  readonly quantiser: number;
  readonly bytesPerFrame: number;
  readonly psnr: number;
}

/**
 * A clip coded in every way, each at two quantisers.
 *
 * @example
 * ```ts
 * const [all] = clip.variants;
 * ```
 */
export interface AblatedClip {
  readonly name: string;
  readonly variants: readonly { readonly id: string; readonly label: string; readonly trials: readonly [Trial, Trial] }[];
}

/**
 * Codes a clip in every way there is, at two quantisers each. Throws as `codeClip`.
 *
 * @example
 * ```ts
 * const clip = await measureAblation(entry, { model, quantisers: [26, 32] });
 * ```
 */
export async function measureAblation(
  { name, input, state }: ClipEntry,
  options: {
    readonly model: ArchiveModel | null;
    readonly quantisers: readonly [number, number];
    readonly frames?: number;
    readonly onProgress?: (text: string) => void;
  },
): Promise<AblatedClip> {
  const info = await probeVideo(input);
  const variants: AblatedClip['variants'][number][] = [];
  for (const { id, label, needsModel, options: changed } of ARCHIVE_VARIANTS) {
    if (needsModel && !options.model) continue;
    const { noModel, codebooks, ...rest } = changed;
    const trial = async (quantiser: number): Promise<Trial> => {
      const onGroup = (done: number) => options.onProgress?.(`${name}, ${id}, quantiser ${quantiser}: frame ${done}`);
      const model = noModel ? null : options.model;
      const goal = { quantiser, codebooks };
      const { psnr, bytes, frames } = await codeClip({
        ...rest,
        input,
        state,
        info,
        frames: options.frames,
        model,
        goal,
        ssim: false,
        onGroup,
      });
      return { quantiser, psnr, bytesPerFrame: bytes / frames };
    };
    variants.push({ id, label, trials: [await trial(options.quantisers[0]), await trial(options.quantisers[1])] });
  }
  return { name, variants };
}

/** Columns of `ablationRows`. */
export const ARCHIVE_ABLATION_HEAD = ['', 'B fine', 'dB', 'B coarse', 'dB', 'dB at equal bytes', 'bytes at equal dB'];

/**
 * A row per way, means over the clips: bytes per frame and PSNR at both quantisers, then against the first way on the lines through both of its
 * points over the logarithm of bytes: PSNR at the bytes in their middle, and bytes at the PSNR in their middle.
 *
 * @example
 * ```ts
 * console.log(formatTable(ARCHIVE_ABLATION_HEAD, ablationRows(clips)));
 * ```
 */
export function ablationRows(clips: readonly AblatedClip[]): string[][] {
  return (clips[0]?.variants ?? []).map(({ id, label }) => {
    const pairs = clips.map(({ variants }) => ({
      trials: (variants.find((variant) => variant.id === id) ?? variants[0]).trials,
      all: variants[0].trials,
    }));
    const mean = (value: (pair: (typeof pairs)[number]) => number) =>
      pairs.reduce((sum, pair) => sum + value(pair), 0) / pairs.length;
    const isAll = id === clips[0].variants[0].id;
    const gain = mean(({ trials, all }) => gainAtEqualBytes(trials, all));
    const share = Math.exp(mean(({ trials, all }) => Math.log(bytesAtEqualPsnr(trials, all)))) - 1;
    const at = (i: 0 | 1) => [
      mean(({ trials }) => trials[i].bytesPerFrame).toFixed(0),
      formatNumber(
        mean(({ trials }) => trials[i].psnr),
        2,
      ),
    ];
    return [label, ...at(0), ...at(1), isAll ? '–' : signed(gain, 2), isAll ? '–' : `${signed(100 * share, 1)} %`];
  });
}

/** PSNR less that of `all`, at the bytes in the middle of those that `all` takes. */
export function gainAtEqualBytes(trials: readonly [Trial, Trial], all: readonly [Trial, Trial]): number {
  const bytes = Math.sqrt(all[0].bytesPerFrame * all[1].bytesPerFrame);
  const psnrAt = ([a, b]: readonly [Trial, Trial]) =>
    a.psnr + between(bytes, a.bytesPerFrame, b.bytesPerFrame) * (b.psnr - a.psnr);
  return psnrAt(trials) - psnrAt(all);
}

/** Bytes over those of `all`, at the PSNR in the middle of what `all` has. */
export function bytesAtEqualPsnr(trials: readonly [Trial, Trial], all: readonly [Trial, Trial]): number {
  const psnr = (all[0].psnr + all[1].psnr) / 2;
  const bytesAt = ([a, b]: readonly [Trial, Trial]) =>
    a.bytesPerFrame * (b.bytesPerFrame / a.bytesPerFrame) ** ((psnr - a.psnr) / (b.psnr - a.psnr));
  return bytesAt(trials) / bytesAt(all);
}

const signed = (value: number, digits: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
