import type { PartCheck } from './checkPart.js';
import { checkPart } from './checkPart.js';
import type { FaultFigures, FaultName } from './Fault.js';
import type { FaultRecorder } from './FaultRecorder.js';
import type { FaultServer } from './FaultServer.js';

/**
 * Adds up what a fault did over its runs.
 *
 * @example
 * ```ts
 * const tally = new FaultTally('killed', 'while recording');
 * await tally.check(data, recorders, server.url);
 * return [tally.figures('looked for the server')];
 * ```
 */
export class FaultTally {
  runs = 0;
  /** Runs in which the fault came just where it was meant to. */
  hits = 0;
  /** Seconds until all was well again, the slowest. */
  wellAfter: number | null = null;
  readonly broken: string[] = [];
  #recordings = 0;
  #acknowledged = 0;
  #lostFrames = 0;
  #lostRecords = 0;
  #unreadable = 0;

  constructor(
    readonly fault: FaultName,
    readonly what: string,
  ) {}

  /** Compares what recorders exchanged with what a data folder holds, and with the rows of `server`, where it is given. */
  async check(data: string, recorders: readonly FaultRecorder[], server?: FaultServer): Promise<void> {
    for (const recorder of recorders) {
      for (const part of recorder.parts) {
        const check = await checkPart(data, part);
        const row = server && (await rowTrouble(server, part.recordingId));
        this.add(part.recordingId, row ? { ...check, trouble: check.trouble ?? row } : check);
      }
    }
  }

  add(recordingId: string, check: PartCheck): void {
    this.#recordings++;
    this.#acknowledged += check.acknowledged;
    this.#lostFrames += check.lostFrames;
    this.#lostRecords += check.lostRecords;
    if (check.trouble) {
      this.#unreadable++;
      this.broken.push(`recording ${recordingId}: ${check.trouble}`);
    } else if (check.lostFrames + check.lostRecords > 0) {
      this.broken.push(`recording ${recordingId}: lost ${check.lostFrames} frames, ${check.lostRecords} records`);
    }
  }

  /** Notes what is not as it should be; nothing for true. */
  expect(holds: boolean, otherwise: string): void {
    if (!holds) this.broken.push(otherwise);
  }

  well(seconds: number): void {
    this.wellAfter = Math.max(this.wellAfter ?? 0, seconds);
  }

  /** The row; `client`: what the client was told. */
  figures(client: string): FaultFigures {
    return {
      fault: this.fault,
      what: this.what,
      runs: this.runs,
      recordings: this.#recordings,
      acknowledged: this.#acknowledged,
      lostFrames: this.#lostFrames,
      lostRecords: this.#lostRecords,
      unreadable: this.#unreadable,
      client,
      wellAfter: this.wellAfter,
      broken: this.broken,
    };
  }
}

/** What is wrong with the row of a recording that has ended; null where nothing is. */
async function rowTrouble(server: FaultServer, id: string): Promise<string | null> {
  const response = await fetch(`${server.url}/api/recordings/${id}`);
  if (!response.ok) return `its row answers ${response.status}`;
  const { status } = (await response.json()) as { status: string };
  return status === 'recording' ? 'its row still says that it is recorded' : null;
}
