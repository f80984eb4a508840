import { Connection, type ConnectionOptions } from '@sgaps/client';
import { CoordinateDecoder, createSampleSet, DEFAULT_TIER_BITS, PixelPacketEncoder, type SampleRequest } from '@sgaps/protocol';

const GRID = { width: 64, height: 36 };
const SCHEMA = { values: [] };
const INTERVAL = 1000 / 30;

/** The client's own connection with a made-up game behind it, which sends a frame at a time, as a game that is played, until it is closed. */
export class ConnectedRecorder {
  /** Ids of the recordings it made, in order, and the packets that each was sent. */
  readonly recordings = new Map<string, Uint8Array[]>();
  closed: string | null = null;
  #frameId = 0;
  #encoder = this.#newEncoder();
  #requests: SampleRequest[] = [];
  readonly #coordinates = new CoordinateDecoder(GRID);
  readonly #timer: NodeJS.Timeout;

  private constructor(private readonly connection: Connection) {
    this.#begin(connection.welcome.recordingId);
    connection.onCoordinates((bytes) => this.#requests.push(...this.#coordinates.decode(bytes)));
    connection.onReset(() => this.#encoder.reset());
    connection.onRestart(({ recordingId }) => this.#begin(recordingId));
    connection.onClosed((reason) => {
      this.closed = reason;
    });
    this.#timer = setInterval(() => this.#frame(), INTERVAL);
  }

  static async open(endpoint: string, options: Partial<ConnectionOptions> = {}): Promise<ConnectedRecorder> {
    const join = { game: 'test', engine: 'none', grid: GRID, fps: 30, schema: SCHEMA };
    return new ConnectedRecorder(await Connection.open({ endpoint, join, ...options }));
  }

  get recordingId(): string {
    return this.connection.welcome.recordingId;
  }

  get roomId(): string {
    return this.connection.roomId;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.connection.close();
  }

  #begin(id: string): void {
    this.recordings.set(id, []);
    this.#frameId = 0;
    this.#requests = [];
    this.#encoder = this.#newEncoder();
  }

  #newEncoder(): PixelPacketEncoder {
    return new PixelPacketEncoder({ grid: GRID, schema: SCHEMA, tierBits: DEFAULT_TIER_BITS });
  }

  #frame(): void {
    if (!this.connection.isOpen) return;
    const frameId = this.#frameId++;
    const ready = this.#requests.filter((request) => request.frameId <= frameId);
    this.#requests.splice(0, ready.length);
    const request = ready.at(-1);
    const samples = request ? this.#coordinates.expand(request) : createSampleSet(0);
    const rgb = new Uint8Array(3 * samples.count).fill(frameId & 63);
    const state = { cameras: [], cameras3d: [], objects: [], values: [] };
    const frame = { frameId, clientTime: frameId * INTERVAL, requestId: request?.frameId ?? null, state, samples, rgb };
    const packet = this.#encoder.encode([frame]);
    this.recordings.get(this.recordingId)?.push(packet);
    this.connection.sendPixels(packet);
  }
}
