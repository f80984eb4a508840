import type { CodeOptions } from './codeClip.js';

/**
 * The codec without one of its parts, or with all.
 *
 * @example
 * ```ts
 * const { label, options } = ARCHIVE_VARIANTS[0];
 * ```
 */
export interface ArchiveVariant {
  readonly id: string;
  readonly label: string;
  /** True where it is about the model: left out where there is none. */
  readonly needsModel: boolean;
  readonly options: Pick<CodeOptions, 'withheld' | 'groupFrames'> & { readonly noModel?: boolean; readonly codebooks?: number };
}

/**
 * What `bench:archive --ablation` switches off; the first is what the others are held against.
 *
 * @example
 * ```ts
 * for (const { label } of ARCHIVE_VARIANTS) console.log(label);
 * ```
 */
export const ARCHIVE_VARIANTS: readonly ArchiveVariant[] = [
  { id: 'all', label: 'all', needsModel: false, options: {} },
  { id: 'no-model', label: 'no model: no codes', needsModel: true, options: { noModel: true } },
  { id: 'no-state', label: 'no state: none stored, an empty token', needsModel: false, options: { withheld: { state: true } } },
  { id: 'no-regions', label: 'no regions: all one', needsModel: true, options: { withheld: { regions: true } } },
  { id: 'codebooks-1', label: '1 codebook at most', needsModel: true, options: { codebooks: 1 } },
  { id: 'codebooks-3', label: '3 codebooks at most', needsModel: true, options: { codebooks: 3 } },
  { id: 'codebooks-6', label: '6 codebooks at most', needsModel: true, options: { codebooks: 6 } },
  { id: 'no-delta', label: 'no delta: groups of 2 pictures', needsModel: false, options: { groupFrames: 2 } },
];
