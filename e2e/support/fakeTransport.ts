import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VideoEncoder, VideoFrame } from '@napi-rs/webcodecs';
import {
  type CameraFrame,
  decodeViewerMessage,
  encodeH264Head,
  encodeJpegHead,
  encodePicture,
  LIVE_EDGE,
  type OverlayLayer,
  type PictureTimes,
} from '@sgaps/protocol';
import sharp from 'sharp';
import { type WebSocket, WebSocketServer } from 'ws';
import { colourOf } from './frameColours.js';

/** Seconds: a time index means the last frame that is at most so much later. */
const NEARLY = 0.001;
/** ms of a driver's silence after which another viewer of a shared channel may drive. */
const DRIVES_FOR = 500;

/** What a viewer sent. */
export interface TakenCamera {
  readonly channel: string;
  readonly time: number;
  readonly frameId: number;
}

/**
 * A transport that says and does what docs/protocol/viewing.md tells, without a renderer: its frames are of one colour each, by their number.
 * Beside it, on the same port, is what a player asks of an SGAPS server.
 */
export class FakeTransport {
  readonly width = 64;
  readonly height = 36;
  readonly fps = 20;
  frames = 100;
  growing = false;
  /** ms that a picture takes. */
  delay = 5;
  /** A driver may be followed by another only once it is silent; `false`: as soon as it has driven for half a second. */
  strict = true;
  /** New viewers are turned away. */
  isAway = false;
  /** What viewers are greeted with, instead of `ready`. */
  greeting: ((socket: WebSocket) => void) | null = null;
  /** What the server says of its transport. */
  viewing: unknown;
  readonly cameras: TakenCamera[] = [];
  readonly handshakes: string[] = [];
  /** The most cameras of one viewer that were under way at a time. */
  mostUnderWay = 0;
  readonly #http: Server = createServer((request, response) => void this.#answer(request, response));
  readonly #sockets = new WebSocketServer({ server: this.#http });
  readonly #channels = new Map<string, Channel>();
  #count = 0;

  static async start(): Promise<FakeTransport> {
    const transport = new FakeTransport();
    await new Promise<void>((resolve) => transport.#http.listen(0, '127.0.0.1', resolve));
    transport.viewing = { url: transport.url };
    return transport;
  }

  private constructor() {
    this.#sockets.on('connection', (socket, request) => this.#seat(socket, request));
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  get server(): string {
    return this.url.replace('ws:', 'http:');
  }

  get duration(): number {
    return (this.frames - 1) / this.fps;
  }

  /** Names of the channels that somebody is in. */
  get channels(): string[] {
    return [...this.#channels.values()].filter(({ viewers }) => viewers.size > 0).map(({ name }) => name);
  }

  /** One frame more is there. */
  grow(): void {
    this.frames++;
    this.tell({ type: 'growth', duration: this.duration, growing: this.growing });
    for (const channel of this.#channels.values()) channel.watch();
  }

  tell(message: unknown): void {
    this.each((socket) => socket.send(JSON.stringify(message)));
  }

  each(work: (socket: WebSocket) => void): void {
    for (const socket of this.#sockets.clients) work(socket);
  }

  /** All connections break. */
  cut(): void {
    this.each((socket) => socket.terminate());
  }

  async close(): Promise<void> {
    this.cut();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  about(): object {
    const { fps, duration, growing } = this;
    return { recordingId: 'a1', game: 'colours', engine: 'none', fps, startedAt: 1000, duration, growing, values: ['score'] };
  }

  async #answer({ url }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(url ?? '/', 'http://host');
    response.setHeader('access-control-allow-origin', '*');
    if (pathname === '/api/viewing' && this.viewing !== undefined)
      response.setHeader('content-type', 'application/json').end(JSON.stringify(this.viewing));
    else if (pathname === '/api/recordings/a1/thumbnail' && Number(searchParams.get('time')) < this.duration) {
      const [r, g, b] = colourOf(Math.floor(Number(searchParams.get('time')) * this.fps));
      const picture = sharp({ create: { width: 16, height: 9, channels: 3, background: { r, g, b } } });
      response.setHeader('content-type', 'image/webp').end(await picture.webp({ lossless: true }).toBuffer());
    } else response.writeHead(404).end();
  }

  #seat(socket: WebSocket, request: IncomingMessage): void {
    socket.on('error', () => undefined);
    if (this.isAway) return socket.terminate();
    if (this.greeting) return this.greeting(socket);
    const query = new URL(request.url ?? '/', 'ws://host').searchParams;
    if (query.get('scene') !== 'replay:a1') {
      socket.send(JSON.stringify({ type: 'error', code: 'NOT_FOUND', message: 'There is no such recording.' }));
      return socket.close();
    }
    const name = query.get('channel') ?? 'own';
    const encoder = query.get('encoder') as Encoder;
    const key = name === 'own' ? `own ${++this.#count}` : `${name} ${encoder}`;
    let channel = this.#channels.get(key);
    if (!channel) {
      channel = new Channel(name, encoder, this);
      this.#channels.set(key, channel);
    }
    channel.join(socket);
  }
}

type Encoder = 'jpeg+depth' | 'h264';

class Channel {
  readonly viewers = new Set<WebSocket>();
  /** Those who have no picture to build on yet. */
  readonly #fresh = new Set<WebSocket>();
  readonly #underWay = new Map<number, WebSocket>();
  #layers: readonly OverlayLayer[] = [];
  #queue: CameraFrame[] = [];
  #newest: CameraFrame | null = null;
  #driver: WebSocket | null = null;
  #drivenAt = Number.NEGATIVE_INFINITY;
  #shown: number | null = null;
  #refresh = true;
  #busy = false;
  #h264: H264 | null = null;

  constructor(
    readonly name: string,
    private readonly encoder: Encoder,
    private readonly transport: FakeTransport,
  ) {}

  join(socket: WebSocket): void {
    this.viewers.add(socket);
    this.#fresh.add(socket);
    const { width, height } = this.transport;
    const about = this.transport.about();
    socket.send(JSON.stringify({ type: 'ready', scene: 'replay:a1', encoder: this.encoder, width, height, about }));
    socket.send(JSON.stringify({ type: 'markers', markers: [{ time: 1, name: 'coin', data: { n: 1 } }] }));
    socket.send(JSON.stringify({ type: 'states', times: [0, 1], values: [[10, 11]] }));
    // Whoever joins is shown what the others see.
    this.#refresh = true;
    if (this.#newest && this.#queue.length === 0) this.#queue.push(this.#newest);
    void this.#work();
    socket.on('close', () => {
      this.viewers.delete(socket);
      this.#fresh.delete(socket);
      if (this.#driver === socket) this.#driver = null;
    });
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (!isBinary) {
        this.#layers = (JSON.parse(String(data)) as { layers: OverlayLayer[] }).layers;
        this.#refresh = true;
        return;
      }
      const message = decodeViewerMessage(data, Date.now());
      if (message.kind === 'ping') socket.send(message.bytes);
      else if (message.kind === 'handshake') this.transport.handshakes.push(`${message.width}×${message.height}`);
      else this.#take(socket, message.camera);
    });
  }

  /** At the live edge a new frame is there. */
  watch(): void {
    if (this.#newest?.timeIndex !== LIVE_EDGE || this.#queue.length > 0) return;
    this.#queue.push(this.#newest);
    void this.#work();
  }

  #take(socket: WebSocket, camera: CameraFrame): void {
    const { timeIndex, frameId } = camera;
    this.transport.cameras.push({ channel: this.name, time: timeIndex, frameId });
    const now = performance.now();
    const isOther = this.#driver !== null && this.#driver !== socket;
    if (isOther && now - this.#drivenAt < DRIVES_FOR) return;
    if (this.transport.strict || this.#driver !== socket) this.#drivenAt = now;
    this.#driver = socket;
    this.#underWay.set(frameId, socket);
    const mine = [...this.#underWay.values()].filter((other) => other === socket).length;
    this.transport.mostUnderWay = Math.max(this.transport.mostUnderWay, mine);
    this.#newest = camera;
    this.#queue = [...this.#queue.slice(-1), camera];
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let camera = this.#queue.shift(); camera; camera = this.#queue.shift()) await this.#draw(camera);
    this.#busy = false;
  }

  async #draw(camera: CameraFrame): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.transport.delay));
    const { fps, frames } = this.transport;
    const last = frames - 1;
    const at = camera.timeIndex === LIVE_EDGE ? last : Math.min(last, Math.floor((camera.timeIndex + NEARLY) * fps));
    const unchanged = at === this.#shown && !this.#refresh;
    const independent = this.#refresh;
    // Whoever joins while this is drawn wants one of its own.
    this.#refresh = false;
    const notice = {
      type: 'picture',
      frameId: camera.frameId,
      unchanged,
      time: at / fps,
      previous: at > 0 ? (at - 1) / fps : null,
      next: at < last ? (at + 1) / fps : null,
      recordedFrame: at,
      refined: at % 2 === 1,
    };
    const bytes = unchanged ? null : await this.#encode(at, camera, independent);
    this.#shown = at;
    for (const id of [...this.#underWay.keys()]) {
      this.#underWay.delete(id);
      if (id === camera.frameId) break;
    }
    for (const socket of this.viewers) {
      if (this.#fresh.has(socket) && !independent) continue;
      this.#fresh.delete(socket);
      if (bytes) for (const layer of this.#layers) this.#overlay(socket, layer, at);
      socket.send(JSON.stringify(notice));
      if (bytes) socket.send(bytes);
    }
  }

  #overlay(socket: WebSocket, layer: OverlayLayer, at: number): void {
    const { width, height, fps } = this.transport;
    socket.send(JSON.stringify({ type: 'overlay', layer }));
    const time = (1000 * at) / fps;
    socket.send(encodePicture({ layer, format: 'image/webp', width, height, frameId: at, time, data: Uint8Array.of(1, 2, 3) }));
  }

  async #encode(at: number, { frameId, clientTime, serverTime }: CameraFrame, independent: boolean): Promise<Buffer> {
    const { width, height } = this.transport;
    const [r, g, b] = colourOf(at);
    const times: PictureTimes = { clientSent: clientTime, received: serverTime, processed: Date.now(), sent: Date.now() };
    if (this.encoder === 'jpeg+depth') {
      const picture = sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
      const jpeg = await picture.jpeg({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer();
      const depth = new Uint16Array(width * height).fill(at);
      return Buffer.concat([encodeJpegHead(jpeg.length, 2 * depth.length, frameId, times), jpeg, Buffer.from(depth.buffer)]);
    }
    this.#h264 ??= new H264(width, height);
    const unit = await this.#h264.encode([r, g, b], independent);
    return Buffer.concat([encodeH264Head(unit.length, frameId, times), unit]);
  }
}

/** H.264 as an encoder of the pipeline makes it: colour above depth, an access unit for each picture. */
class H264 {
  readonly #encoder: VideoEncoder;
  #resolve: (unit: Uint8Array) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #count = 0;

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    this.#encoder = new VideoEncoder({
      output: (chunk) => {
        const unit = new Uint8Array(chunk.byteLength);
        chunk.copyTo(unit);
        this.#resolve(unit);
      },
      error: (error) => this.#reject(error),
    });
    this.#encoder.configure({
      codec: 'avc1.42001E',
      width,
      height: 2 * height,
      bitrate: 2_000_000,
      framerate: 30,
      latencyMode: 'realtime',
      avc: { format: 'annexb' },
    });
  }

  encode([r, g, b]: readonly [number, number, number], keyFrame: boolean): Promise<Uint8Array> {
    const { width, height } = this;
    // I420, BT.709 in limited range; depth is grey.
    const pixels = width * height;
    const planes = new Uint8Array(3 * pixels).fill(128);
    const luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    planes.fill(16 + (219 / 255) * luma, 0, pixels);
    planes.fill(128 + (224 / 255 / 1.8556) * (b - luma), 2 * pixels, 2.25 * pixels);
    planes.fill(128 + (224 / 255 / 1.5748) * (r - luma), 2.5 * pixels, 2.75 * pixels);
    const size = { codedWidth: width, codedHeight: 2 * height };
    const frame = new VideoFrame(planes, { format: 'I420', ...size, timestamp: 33_333 * this.#count++ });
    return new Promise<Uint8Array>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#encoder.encode(frame, { keyFrame });
      frame.close();
    });
  }
}
