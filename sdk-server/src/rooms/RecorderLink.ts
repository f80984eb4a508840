import type { Client } from '@colyseus/core';
import type { NumbersMessage } from '@sgaps/protocol';
import type { LiveSession } from './LiveSession.js';
import { RoundTrip } from './RoundTrip.js';

/**
 * The connection to a session's recorder, which may change its socket: who it is, how far away, what it measures of itself.
 *
 * @example
 * ```ts
 * const link = new RecorderLink();
 * link.attach(client, { onBroken: () => room.giveUp(), onRoundTrip: (ms) => session.loop.roundTrip(ms) });
 * ```
 */
export class RecorderLink {
  /** The recorder's Colyseus session, the same after it came back; null before it joined. */
  sessionId: string | null = null;
  /** What the recorder says of its own cost. */
  stats: NumbersMessage = {};
  #client: Client | null = null;
  #roundTrip: RoundTrip | null = null;

  /** Its newest socket, null before it joined and after `close`. */
  get client(): Client | null {
    return this.#client;
  }

  is(client: Client): boolean {
    return client.sessionId === this.sessionId;
  }

  /**
   * The recorder is there, or there again. `onBroken` is called when it breaks the WebSocket protocol itself, such as with a message
   * over `maxPayload`: that closes as 1006, like a cut, and is none. `onRoundTrip` is told every measured round trip, ms.
   */
  attach(
    client: Client,
    { onBroken, onRoundTrip }: { readonly onBroken: (error: unknown) => void; readonly onRoundTrip: (ms: number) => void },
  ): void {
    this.sessionId = client.sessionId;
    this.#client = client;
    client.ref.once('error', (error: unknown) => {
      if (client === this.#client) onBroken(error);
    });
    this.#roundTrip?.dispose();
    this.#roundTrip = new RoundTrip(client.ref, onRoundTrip);
    this.ping();
  }

  ping(): void {
    this.#roundTrip?.ping();
  }

  close(): void {
    this.#client = null;
    this.#roundTrip?.dispose();
  }

  /** The body of a `figures` message; `fps` is what the recorder meant to sample. */
  figures(session: LiveSession, fps: number, watchers: number): Record<string, unknown> {
    const { lead, hitRate } = session.loop.latency;
    const measured = session.figures();
    return {
      ...measured,
      live: true,
      cadence: session.cadence,
      behind: session.loop.behind,
      position: session.time,
      duration: session.time,
      latencyFrames: lead,
      latencyMs: (lead * 1000) / Math.min(fps, Math.max(1, measured.fps)),
      hitRate,
      roundTripMs: this.#roundTrip?.ms ?? null,
      jitterMs: this.#roundTrip?.jitter ?? null,
      watchers,
      client: this.stats,
    };
  }
}
