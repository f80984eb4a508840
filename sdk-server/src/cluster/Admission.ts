import { SgapsError } from '@sgaps/protocol';
import { MIN_FREE_BYTES } from '../storage/files.js';

/** ms between two looks at the disk. */
const LOOK_EVERY = 5_000;

/**
 * What admission goes by.
 *
 * @example
 * ```ts
 * const options: AdmissionOptions = { sessions: () => sessions.size, maxSessions: 500, freeBytes: async () => (await store.disk()).freeBytes };
 * ```
 */
export interface AdmissionOptions {
  readonly sessions: () => number;
  /** Sessions recorded at once at most; default as many as come. */
  readonly maxSessions?: number;
  readonly freeBytes: () => Promise<number>;
}

/**
 * Whether this process takes new sessions: not while it drains, is full, or short of disk.
 *
 * @example
 * ```ts
 * if (!admission.accepting) console.log(admission.reason);
 * ```
 */
export class Admission {
  /** It ends soon: sessions go on, new ones are for others. */
  draining = false;
  #full = false;
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly options: AdmissionOptions) {
    const { maxSessions = 1 } = options;
    if (!(Number.isInteger(maxSessions) && maxSessions >= 1))
      throw new SgapsError('ARGUMENT_INVALID', `\`maxSessions\` is ${maxSessions}, it must be a whole number of at least 1.`);
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY);
    this.#timer.unref();
  }

  get accepting(): boolean {
    return this.reason === null;
  }

  /** Why none is taken; null where some are. */
  get reason(): 'draining' | 'full' | 'disk' | null {
    const { sessions, maxSessions = Number.POSITIVE_INFINITY } = this.options;
    if (this.draining) return 'draining';
    if (sessions() >= maxSessions) return 'full';
    return this.#full ? 'disk' : null;
  }

  /** Throws `UNAVAILABLE` where no session is taken. */
  assert(): void {
    const why = { draining: 'is about to stop', full: 'records as many sessions as it may', disk: 'has no room on its disk' };
    if (this.reason !== null) throw new SgapsError('UNAVAILABLE', `This server ${why[this.reason]}; try again later.`);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    try {
      this.#full = (await this.options.freeBytes()) < MIN_FREE_BYTES;
    } catch {
      // A disk that cannot be asked says so where it matters, when a recording is made on it.
      this.#full = false;
    }
  }
}
