import type { ShelfPlace, StatePoints } from '@sgaps/core';
import type { SgapsErrorCode } from '@sgaps/protocol';

/**
 * What a survey's thread is started with.
 *
 * @example
 * ```ts
 * const setup: SurveySetup = { path: store.filePath('a1'), journals: [], spacing: 1000, lookedAt: 0 };
 * ```
 */
export interface SurveySetup {
  readonly path: string;
  readonly journals: readonly string[];
  /** ms between places of the shelf. */
  readonly spacing: number;
  readonly lookedAt: number;
}

/** What its owner tells the thread. `stored`: the last place was put on the shelf. */
export type ToSurvey =
  | { readonly kind: 'stored'; readonly spacing: number }
  | { readonly kind: 'lookAt'; readonly time: number }
  | { readonly kind: 'grew' }
  | { readonly kind: 'close' };

/** What the thread tells its owner. `surveyed`: all there is; `finished`: there will be no more. */
export type FromSurvey =
  | { readonly kind: 'place'; readonly place: ShelfPlace; readonly state: Uint8Array }
  | { readonly kind: 'points'; readonly points: StatePoints }
  | { readonly kind: 'surveyed'; readonly finished: boolean }
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'failed'; readonly code: SgapsErrorCode; readonly message: string };
