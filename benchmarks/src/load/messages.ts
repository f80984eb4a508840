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

/**
 * What the server's process counted since `mark`.
 *
 * @example
 * ```ts
 * const share = reading.cpuMs / reading.ms;
 * ```
 */
export interface ServerReading {
  readonly ms: number;
  /** User and system time of the process, ms. */
  readonly cpuMs: number;
  /** Resident memory now, and what the JavaScript side holds after a collection, bytes. */
  readonly rss: number;
  readonly held: number;
  /** The loop's time per frame (mean over each packet's frames) and per packet. */
  readonly loopMs: Percentiles;
  readonly packetMs: Percentiles;
  /** How long the event loop kept others waiting. */
  readonly eventLoopMs: Percentiles;
  readonly packets: number;
  readonly frames: number;
  /** Packets that were refused. */
  readonly refused: number;
}

/**
 * What the recorders' process counted since `mark`, all sessions together.
 *
 * @example
 * ```ts
 * const perFrame = reading.bytesUp / reading.frames;
 * ```
 */
export interface RecordersReading {
  readonly ms: number;
  readonly cpuMs: number;
  /** Frames made; of these not sent because the socket was behind. */
  readonly frames: number;
  readonly dropped: number;
  /** Frames made without the request that was meant for them: with an older one, or with none. */
  readonly late: number;
  readonly samples: number;
  /** Bytes over the sockets, framing included. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** From sending a packet to the coordinates made from it. */
  readonly roundTripMs: Percentiles;
  /** Times the server asked for a fresh start, and sessions it closed. */
  readonly resets: number;
  readonly closed: number;
}
