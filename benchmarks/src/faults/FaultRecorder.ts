import { Connection } from '@sgaps/client';
import {
  CoordinateDecoder,
  createSampleSet,
  isSgapsError,
  PixelPacketEncoder,
  type SampledFrame,
  type SampleRequest,
  SgapsError,
} from '@sgaps/protocol';

const GRID = { width: 64, height: 36 };
const SCHEMA = { values: [] };
/** Frames to a packet. */
const BATCH = 4;
const FPS = 60;
/** Bytes waiting in the socket above which nothing is sampled, as in a game. */
const BUFFERED = 65_536;
/** An event is sent with every so many packets. */
const EVENT_EVERY = 5;

/**
 * What was exchanged about one recording: all that was sent, in order, and all that was heard.
 *
 * @example
 * ```ts
 * const lost = lostOf(part, (packet) => stored.has(packet));
 * ```
 */
export interface RecordedPart {
  readonly recordingId: string;
  /** Pixel packets of four frames. */
  readonly sent: Uint8Array[];
  /** Names of events, and how many packets had been sent before each. */
  readonly events: { readonly name: string; readonly after: number }[];
  /** Coordinate packets. */
  readonly received: Uint8Array[];
  /** Its connections, each after a cut of the one before. */
  readonly connections: {
    /** Packets sent before it. */
    readonly from: number;
    /** Coordinate packets that answer a pixel packet: all but the first. So many packets sent by it are acknowledged. */
    answers: number;
    /** The server refused packets, and asked for a fresh start: those that were answered are not the first any more. */
    isRefused: boolean;
  }[];
}

/**
 * Packets that the server has answered.
 *
 * @example
 * ```ts
 * const frames = 4 * answersOf(recorder.part);
 * ```
 */
export function answersOf({ connections }: RecordedPart): number {
  return connections.reduce((sum, { answers }) => sum + answers, 0);
}

/**
 * Packets that the server has answered and does not have. Where it refused some nobody knows which were answered: then as many must be there as were.
 *
 * @example
 * ```ts
 * const lost = lostOf(recorder.part, (packet) => stored.has(packet));
 * ```
 */
export function lostOf({ sent, connections }: RecordedPart, isStored: (packet: Uint8Array) => boolean): number {
  let lost = 0;
  for (const [i, { from, answers, isRefused }] of connections.entries()) {
    const all = sent.slice(from, connections.at(i + 1)?.from);
    const known = isRefused ? all : all.slice(0, answers);
    lost += Math.max(0, answers - known.filter(isStored).length);
  }
  return lost;
}

/**
 * Options of `FaultRecorder.join`.
 *
 * @example
 * ```ts
 * const options: FaultRecorderOptions = { goneAfter: 0 };
 * ```
 */
export interface FaultRecorderOptions {
  /** ms a lost server is looked for; default 60,000, as of every recorder. */
  readonly goneAfter?: number;
  readonly game?: string;
  /** Where it gets its token, if the server wants one. */
  readonly token?: string;
}

/**
 * A recorder without a game, over the client's own connection: it sends, comes back after a cut and gives up as the recorder of a game does,
 * and keeps all that was exchanged, to be compared with what the server has.
 *
 * @example
 * ```ts
 * const recorder = await FaultRecorder.join(server.url);
 * recorder.play();
 * ```
 */
export class FaultRecorder {
  /** What it was told, in order: cuts, refusals, farewells. */
  readonly heard: string[] = [];
  readonly parts: RecordedPart[] = [];
  /** When the last answer came, ms of a steady clock. */
  answeredAt = 0;
  isClosed = false;
  readonly #connection: Connection;
  readonly #coordinates = new CoordinateDecoder(GRID);
  #encoder: PixelPacketEncoder;
  #requests: SampleRequest[] = [];
  #frameId = 0;
  /** The first coordinates of a connection answer nothing. */
  #begins = true;
  #isAway = false;
  #timer: NodeJS.Timeout | null = null;

  private constructor(connection: Connection) {
    this.#connection = connection;
    this.#encoder = this.#begin();
    connection.onCoordinates((bytes) => this.#receive(bytes));
    connection.onReset((digest) => {
      this.#encoder.reset(digest);
      const current = this.part.connections.at(-1);
      if (this.#isAway || !current) return;
      if (!current.isRefused) this.heard.push('refused: start afresh');
      current.isRefused = true;
    });
    connection.onAway((reason) => {
      this.heard.push(`away (${reason})`);
      this.#isAway = true;
    });
    connection.onBack(() => {
      this.#isAway = false;
      this.heard.push('back');
      this.#begins = true;
      this.#requests = [];
      this.part.connections.push({ from: this.part.sent.length, answers: 0, isRefused: false });
    });
    connection.onRestart(() => {
      this.#isAway = false;
      this.heard.push('begun anew');
      this.#encoder = this.#begin();
    });
    connection.onClosed((reason) => {
      this.heard.push(`closed (${reason})`);
      this.isClosed = true;
      this.stop();
    });
  }

  /** Opens a session. Rejects with what `Connection.open` rejects with. */
  static async join(endpoint: string, options: FaultRecorderOptions = {}): Promise<FaultRecorder> {
    const { game = 'faults', goneAfter, token } = options;
    const join = { game, engine: 'none', grid: GRID, fps: FPS, schema: SCHEMA };
    return new FaultRecorder(await Connection.open({ endpoint, join, goneAfter, token }));
  }

  /** What the server says to one that wants to record: null when it takes it (the session is closed at once), else code and message. */
  static async refusal(endpoint: string, options: FaultRecorderOptions = {}): Promise<string | null> {
    try {
      const recorder = await FaultRecorder.join(endpoint, { goneAfter: 0, ...options });
      await recorder.leave();
      return null;
    } catch (error) {
      // The server's own words, without the address and the recording's name.
      if (isSgapsError(error))
        return error.message.replace(/^No room at \S+: /, '').replace(/recording [\w-]{36}/, 'a recording');
      throw error;
    }
  }

  get part(): RecordedPart {
    const part = this.parts.at(-1);
    if (!part) throw new SgapsError('OUT_OF_ORDER', 'Nothing was recorded yet.');
    return part;
  }

  /** Packets acknowledged so far, of all its recordings. */
  get answers(): number {
    return this.parts.reduce((sum, part) => sum + answersOf(part), 0);
  }

  /** Sends a packet every so many ms, until `stop`, `leave` or the end of the connection. */
  play(every = 40): void {
    this.stop();
    this.#timer = setInterval(() => this.send(), every);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Sends four frames, and now and then an event; nothing while there is no connection, or it is full. */
  send(): void {
    if (!this.#connection.isOpen || this.#connection.bufferedAmount > BUFFERED) return;
    const { sent, events } = this.part;
    if (sent.length % EVENT_EVERY === EVENT_EVERY - 1) {
      const name = `event-${sent.length}`;
      events.push({ name, after: sent.length });
      this.#connection.sendEvent({ name, data: null, time: 0 });
    }
    const bytes = this.#encoder.encode(Array.from({ length: BATCH }, () => this.#frame()));
    sent.push(bytes);
    this.#connection.sendPixels(bytes);
  }

  /** Leaves; resolves when the server has taken leave too. */
  async leave(): Promise<void> {
    this.stop();
    await this.#connection.close();
    this.isClosed = true;
  }

  #begin(): PixelPacketEncoder {
    const { recordingId, tierBits, digest } = this.#connection.welcome;
    this.parts.push({
      recordingId,
      sent: [],
      events: [],
      received: [],
      connections: [{ from: 0, answers: 0, isRefused: false }],
    });
    this.#frameId = 0;
    this.#begins = true;
    this.#requests = [];
    return new PixelPacketEncoder({ grid: GRID, schema: SCHEMA, tierBits, digest });
  }

  #receive(bytes: Uint8Array): void {
    this.part.received.push(bytes.slice());
    const connection = this.part.connections.at(-1);
    if (connection && !this.#begins) connection.answers++;
    this.#begins = false;
    this.answeredAt = performance.now();
    this.#requests.push(...this.#coordinates.decode(bytes));
  }

  #frame(): SampledFrame {
    const frameId = this.#frameId++;
    const ready = this.#requests.filter((request) => request.frameId <= frameId);
    this.#requests = this.#requests.filter((request) => request.frameId > frameId);
    const request = ready.at(-1);
    const samples = request ? this.#coordinates.expand(request) : createSampleSet(0);
    // Squares that change now and then: noise would make packets so large that sending them often counts as a flood.
    const rgb = Uint8Array.from(
      { length: 3 * samples.count },
      (_, i) => 8 * (samples.u[Math.floor(i / 3)] >> 3) + (frameId & 31),
    );
    const state = { cameras: [], cameras3d: [], objects: [], values: [] };
    return { frameId, clientTime: (frameId * 1000) / FPS, requestId: request?.frameId ?? null, state, samples, rgb };
  }
}
