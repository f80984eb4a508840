/**
 * What the parent asks of the server's or the recorders' process. Each is answered by one message.
 *
 * @example
 * ```ts
 * child.send({ ask: 'mark' } satisfies LoadQuestion);
 * ```
 */
export type LoadQuestion =
  /** Recorders only: join so many sessions. */
  | { readonly ask: 'join'; readonly endpoint: string; readonly sessions: number }
  /** Begin to count. */
  | { readonly ask: 'mark' }
  | { readonly ask: 'read' }
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
