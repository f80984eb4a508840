import {
  DEFAULT_TIER_BITS,
  decodeKept,
  isSgapsError,
  LIMITS,
  PixelPacketDecoder,
  pixelPacketSpan,
  SgapsError,
} from '@sgaps/protocol';
import { sessionMetrics } from '../watching/sessionMetrics.js';
import { ByteBudget } from './ByteBudget.js';
import { type Offence, offenceOf } from './ClientConduct.js';
import type { LiveSession } from './LiveSession.js';

/** Seconds of frames that may come at once: a game that stood still for a while, and a message of kept records. */
const LIVE_BURST = 8;
const KEPT_BURST = 16;

/**
 * What became of a packet: `answer` is the coordinate packet to send, `offence` what was wrong with it, with its error. `reset`
 * asks the recorder to start its stream afresh.
 *
 * @example
 * ```ts
 * const { answer, offence }: Taken = intake.take(bytes, performance.now());
 * ```
 */
export interface Taken {
  readonly answer: Uint8Array | null;
  readonly offence: Offence | null;
  readonly error: unknown;
  readonly reset: boolean;
}

/**
 * Takes a recorder's pixel packets in, or refuses them. What is too big, over the byte rate or goes on with a refused stream
 * never reaches the recording; what turns out not to decode is in it, as all that came is. After any refusal only a packet that
 * starts the stream afresh is taken, since the two codecs may have parted. Throws what storing failed with.
 *
 * @example
 * ```ts
 * const intake = new RecorderIntake(session, { maxBytesPerSecond: 1_000_000 });
 * const { answer } = intake.take(bytes, performance.now());
 * ```
 */
export class RecorderIntake {
  readonly #session: LiveSession;
  readonly #budget: ByteBudget;
  /** Frames, which cost a server time however few bytes they take: live ones, and kept ones, which may come faster. */
  readonly #frames: ByteBudget;
  readonly #keptFrames: ByteBudget;
  readonly #maxUnanswered: number;
  readonly #probe = new PixelPacketDecoder({
    grid: { width: LIMITS.gridMin, height: LIMITS.gridMin },
    schema: { values: [] },
    tierBits: DEFAULT_TIER_BITS,
    resolve: () => undefined,
    kernels: false,
  });
  #afresh = true;
  #unansweredAt = 0;

  constructor(session: LiveSession, options: { readonly maxBytesPerSecond?: number; readonly maxUnanswered?: number } = {}) {
    this.#session = session;
    const perSecond = options.maxBytesPerSecond ?? 1_000_000;
    this.#budget = new ByteBudget({ perSecond, burst: 2 * perSecond });
    this.#maxUnanswered = options.maxUnanswered ?? 600;
    const { fps } = session.writer.header;
    this.#frames = new ByteBudget({ perSecond: 2 * fps, burst: LIVE_BURST * fps });
    this.#keptFrames = new ByteBudget({ perSecond: 8 * fps, burst: KEPT_BURST * fps });
  }

  /** The stream must start afresh with the next packet: packets were lost. */
  interrupt(): void {
    this.#afresh = true;
  }

  /** Takes in what came at `now`, ms of a steady clock. */
  take(bytes: unknown, now: number): Taken {
    // Colyseus hands on whatever a client packed under the same name.
    if (!(bytes instanceof Uint8Array)) return this.#refuse('malformed', SgapsError.malformed('pixel packet: no bytes'));
    if (bytes.length > LIMITS.pixelPacketBytes) {
      return this.#refuse('oversized', SgapsError.limit('pixel packet bytes', bytes.length, LIMITS.pixelPacketBytes));
    }
    if (!this.#budget.spend(bytes.length, now)) {
      return this.#refuse(
        'flood',
        new SgapsError('LIMIT_EXCEEDED', 'Pixel packets come at more bytes per second than are taken.'),
      );
    }
    const span = pixelPacketSpan(bytes);
    if (this.#afresh && span === null) {
      const error = this.#headError(bytes);
      return this.#refuse(offenceOf(error), error);
    }
    if (this.#afresh && !span?.reset) {
      const message = 'A pixel packet goes on with a stream that was not started, broke or was cut; start it afresh.';
      return this.#refuse('unsynchronised', new SgapsError('OUT_OF_ORDER', message));
    }
    if (!this.#frames.spend(span?.frames ?? 1, now)) return this.#refuse('flood', tooManyFrames());
    try {
      const answer = this.#session.pixels(bytes);
      this.#afresh = false;
      return { answer, ...this.#judgeAnswers() };
    } catch (error) {
      if (isSgapsError(error) && (error.code.startsWith('STORAGE') || error.code === 'CLOSED')) throw error;
      return this.#refuse(offenceOf(error), error);
    }
  }

  /** Takes in a message of kept records that came at `now`. What does not decode ends at the first bad record. */
  takeKept(message: unknown, now: number): Taken {
    if (!(message instanceof Uint8Array)) return this.#refuse('malformed', SgapsError.malformed('kept records: no bytes'));
    if (!this.#budget.spend(message.length, now)) {
      return this.#refuse(
        'flood',
        new SgapsError('LIMIT_EXCEEDED', 'Kept records come at more bytes per second than are taken.'),
      );
    }
    try {
      for (const record of decodeKept(message)) {
        const frames = record.kind === 'pixels' ? (pixelPacketSpan(record.bytes)?.frames ?? 1) : 0;
        if (!this.#keptFrames.spend(frames, now)) return this.#refuse('flood', tooManyFrames());
        this.#session.kept(record);
        if (record.kind === 'pixels') this.#afresh = false;
      }
      return { answer: null, offence: null, error: null, reset: false };
    } catch (error) {
      if (isSgapsError(error) && (error.code.startsWith('STORAGE') || error.code === 'CLOSED')) throw error;
      return this.#refuse(offenceOf(error), error);
    }
  }

  /** What a decoder says of bytes that do not even begin as a packet. */
  #headError(bytes: Uint8Array): unknown {
    try {
      this.#probe.decode(bytes);
    } catch (error) {
      return error;
    }
    return SgapsError.malformed('pixel packet');
  }

  #refuse(offence: Offence, error: unknown): Taken {
    this.#afresh = true;
    sessionMetrics.dropped.inc({ why: offence });
    return { answer: null, offence, error, reset: true };
  }

  /** A recorder that uses no request for long costs planning for nothing. */
  #judgeAnswers(): Omit<Taken, 'answer'> {
    const { unanswered } = this.#session.loop;
    if (unanswered < this.#unansweredAt) this.#unansweredAt = 0;
    if (unanswered - this.#unansweredAt < this.#maxUnanswered) return { offence: null, error: null, reset: false };
    this.#unansweredAt = unanswered;
    const message = `${unanswered} frames came without the pixels that were asked for.`;
    return { offence: 'unanswered', error: new SgapsError('OUT_OF_ORDER', message), reset: false };
  }
}

function tooManyFrames(): SgapsError {
  return new SgapsError('LIMIT_EXCEEDED', 'More frames come per second than the recorder said it takes.');
}
