import { type CameraFrame, decodeJpegPicture, encodeHandshake, encodeViewerCamera, type JpegPicture } from '@sgaps/protocol';
import { WebSocket } from 'ws';

const IDENTITY = Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0));

type Message = { readonly type: string } & Record<string, unknown>;

/** A viewer without a browser, over a real socket. */
export class TestViewer {
  readonly messages: Message[] = [];
  readonly pictures: (JpegPicture & { readonly about: Message })[] = [];
  readonly others: Uint8Array[] = [];
  closed: { readonly code: number; readonly reason: string } | null = null;
  frameId: number;
  private announced: Message | null = null;

  private constructor(readonly socket: WebSocket) {
    this.frameId = Math.floor(Math.random() * 2 ** 30);
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) {
        this.announced = JSON.parse(data.toString()) as Message;
        this.messages.push(this.announced);
      } else if (this.announced?.type === 'picture') this.pictures.push({ ...decodeJpegPicture(data), about: this.announced });
      else this.others.push(data);
    });
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    socket.on('error', () => undefined);
  }

  static async join(
    port: number,
    query: Readonly<Record<string, string>>,
    headers: Record<string, string> = {},
  ): Promise<TestViewer> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/?${new URLSearchParams(query)}`, { headers });
    const viewer = new TestViewer(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return viewer;
  }

  /** Values of the pictures so far: what the counting scene drew. */
  get values(): number[] {
    return this.pictures.map(({ jpeg }) => jpeg[2]);
  }

  of(type: string): Message[] {
    return this.messages.filter((message) => message.type === type);
  }

  /** Asks for the picture of a time; its frame id. */
  ask(timeIndex: number, change: Partial<CameraFrame> = {}): number {
    const frameId = this.frameId++;
    const camera = { view: IDENTITY, intrinsics: IDENTITY, timeIndex, frameId, clientTime: Date.now(), serverTime: 0 };
    this.socket.send(encodeViewerCamera({ ...camera, ...change }));
    return frameId;
  }

  size(width: number, height: number): void {
    this.socket.send(encodeHandshake(width, height));
  }

  async ready(): Promise<Message> {
    await until(() => this.of('ready').length > 0 || this.closed !== null);
    return this.of('ready')[0];
  }

  leave(): void {
    this.socket.terminate();
  }
}

/** Waits until `check` holds; rejects after `timeout` ms. */
export async function until(check: () => boolean | Promise<boolean>, timeout = 10_000): Promise<void> {
  for (const end = performance.now() + timeout; !(await check()); ) {
    if (performance.now() > end) throw new Error(`Waited ${timeout} ms in vain for ${check.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
