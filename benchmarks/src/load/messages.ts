/** Frames per packet and per second: the default preset's. */
export const BATCH = 4;
export const FPS = 30;

/**
 * What the parent asks of the server's or the recorders' process. Each is answered by one message.
 *
 * @example
 * ```ts
 * child.send({ ask: 'mark' } satisfies LoadQuestion);
 * ```
 */
export type LoadQuestion =
  /** Recorders only: join so many sessions more, which play in so many cohorts, of which the first has that number. */
  | {
      readonly ask: 'join';
      readonly endpoint: string;
      readonly sessions: number;
      readonly cohorts: number;
      readonly firstCohort: number;
    }
  /** Recorders only: end so many sessions, the oldest. */
  | { readonly ask: 'leave'; readonly sessions: number }
  /** Server only: what it holds, after a collection of garbage where that is wanted. */
  | { readonly ask: 'vitals'; readonly collect: boolean }
  /** Begin to count; the server's process also to note what its time goes to. */
  | { readonly ask: 'mark'; readonly profile?: boolean }
  /** Say what was counted; the server's process writes what its time went to. */
  | { readonly ask: 'read'; readonly profile?: string }
  | { readonly ask: 'close' };

/**
 * Percentiles of something measured in ms.
 *
 * @example
 * ```ts
 * const loopMs: Percentiles = { p50: 4.9, p99: 8.1 };
 * ```
 */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}
