import { Connection } from '@sgaps/client';
import type { CaptureGrid } from '@sgaps/protocol';
import { framingBytes } from '../clip/framing.js';
import type { Cohort, CohortFrame } from './Cohort.js';
import { BATCH, FPS } from './messages.js';
import type { KnownRequest } from './RequestCache.js';
import { SharedStream } from './SharedEncoder.js';
import type { Tally } from './Tally.js';

/** Bytes waiting in the socket above which a packet is dropped, as the courier does. */
const BUFFERED = 65_536;
/** ms from the welcome to the first frame: the server's wish for a fresh start, every 10 s, then comes some packets before one that grants it. */
const START_AFTER = 350;
/** Packets from one that may grant such a wish to the next, 10 s: all of a cohort grant it with the same packet, also those that lag. */
const RESTART_GRID = 75;
/** And where the server has too much to do and wants digests, or none any more: sooner, 2 s. */
const TURN_GRID = 15;
/** ms that a frame which is due waits for its own request: an answer that takes so long does not come any more. */
const PATIENCE = 3000;
/** ms behind its schedule from which on a recorder lets frames go instead of making up for them. */
const MOST_BEHIND = 1000;

/**
 * A recorder without a game: plays a scene, takes exactly the samples that the server asks for and sends them in packets of four frames,
 * 30 frames a second, over a socket of its own. A frame waits for the request that is meant for it, and is counted as late when it has to; the
 * time lost is made up for. So the server is spared nothing when it is slow, and what is sent depends on no clock.
 *
 * @example
 * ```ts
 * const recorder = new SyntheticRecorder(await SyntheticRecorder.open(endpoint, grid), cohort, tally);
 * setInterval(() => recorder.tick(performance.now()), 3);
 * ```
 */
export class SyntheticRecorder {
  /** Name of the recording. */
  readonly recordingId: string;
  readonly #cohort: Cohort;
  readonly #tally: Tally;
  readonly #connection: Connection;
  readonly #stream = new SharedStream();
  #batch: CohortFrame[] = [];
  #requests: KnownRequest[] = [];
  #frameId = 0;
  #packets = 0;
  #due = performance.now() + START_AFTER;
  /** When the frame that waits for its request was due to be taken; null where none waits. */
  #waits: number | null = null;
  #afresh = true;
  /** The server wishes for a fresh start, at the recorder's convenience. */
  #wished = false;
  /** Packets tell what changed, and are to from the next fresh start on. */
  #digest: boolean;
  #wantsDigest: boolean;
  #awaitedSince = 0;

  constructor(connection: Connection, cohort: Cohort, tally: Tally) {
    this.recordingId = connection.welcome.recordingId;
    this.#cohort = cohort;
    this.#tally = tally;
    this.#connection = connection;
    this.#digest = this.#wantsDigest = connection.welcome.digest === true;
    connection.onCoordinates((bytes) => this.#receive(bytes));
    connection.onReset((digest = this.#wantsDigest) => {
      this.#wished = true;
      this.#wantsDigest = digest;
      tally.resets++;
    });
    connection.onClosed(() => tally.closed++);
  }

  /** Opens a session. Rejects with what `Connection.open` rejects with. */
  static open(endpoint: string, grid: CaptureGrid): Promise<Connection> {
    const join = { game: 'bench:load', engine: 'synthetic', grid, fps: FPS, schema: { values: [] } };
    return Connection.open({ endpoint, join, goneAfter: 0 });
  }

  /** Takes the frames that are due; to be called every few milliseconds. */
  tick(now: number): void {
    if (now - this.#due > MOST_BEHIND) this.#due = now;
    while (now >= this.#due && this.#connection.isOpen && this.#frame(now)) {
      this.#due += 1000 / FPS;
      if (this.#batch.length === BATCH) this.#send();
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** False where the frame waits for its request. */
  #frame(now: number): boolean {
    const frameId = this.#frameId;
    const known = this.#requests.findLast(({ request }) => request.frameId <= frameId) ?? null;
    if (known?.request.frameId !== frameId) {
      if (this.#waits === null) this.#tally.late++;
      this.#waits ??= now;
      if (now - this.#waits < PATIENCE) return false;
    }
    this.#waits = null;
    this.#requests = this.#requests.filter(({ request }) => request.frameId > frameId);
    this.#batch.push({ frameId, known });
    this.#frameId++;
    this.#tally.frames++;
    if (known) this.#tally.samples += known.samples;
    return true;
  }

  #send(): void {
    const tally = this.#tally;
    const frames = this.#batch;
    this.#batch = [];
    if (this.#connection.bufferedAmount > BUFFERED) {
      tally.dropped += frames.length;
      return;
    }
    const grid = this.#digest === this.#wantsDigest ? RESTART_GRID : TURN_GRID;
    if (this.#wished && this.#packets % grid === 0) {
      this.#afresh = true;
      this.#wished = false;
      this.#digest = this.#wantsDigest;
    }
    const way = { afresh: this.#afresh, digest: this.#digest };
    void this.#cohort.encode(this.#stream, frames, way).then((bytes) => this.#transmit(bytes));
    this.#afresh = false;
    this.#packets++;
  }

  #transmit(bytes: Uint8Array): void {
    this.#connection.sendPixels(bytes);
    this.#tally.bytesUp += bytes.length + framingBytes('pixels', bytes.length, 'up');
    if (this.#awaitedSince === 0) this.#awaitedSince = performance.now();
  }

  #receive(bytes: Uint8Array): void {
    this.#tally.bytesDown += bytes.length + framingBytes('coords', bytes.length, 'down');
    this.#requests.push(...this.#cohort.requests.decode(bytes));
    if (this.#awaitedSince === 0) return;
    this.#tally.roundTrips.push(performance.now() - this.#awaitedSince);
    this.#awaitedSince = 0;
  }
}
