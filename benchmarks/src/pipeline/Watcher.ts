import { encodeHandshake, encodeViewerCamera } from '@sgaps/protocol';
import { WebSocket } from 'ws';

const IDENTITY = Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0));

/**
 * A camera as its packet has it: column-major 4×4 each.
 *
 * @example
 * ```ts
 * const camera: WatcherCamera = { view, intrinsics };
 * ```
 */
interface WatcherCamera {
  readonly view: Float32Array;
  readonly intrinsics: Float32Array;
}

/**
 * A viewer without a browser: asks for pictures and notes when they come.
 *
 * @example
 * ```ts
 * const watcher = await Watcher.join(port, { scene: 'replay:a1', encoder: 'h264' });
 * const { ms, bytes } = await watcher.ask(12.5);
 * ```
 */
export class Watcher {
  /** Pictures and their bytes, so far. */
  pictures = 0;
  bytes = 0;
  /** The text before the newest picture. */
  about: Readonly<Record<string, unknown>> = {};
  /** What the scene says of itself. */
  scene: Readonly<Record<string, unknown>> = {};
  onPicture: () => void = () => undefined;
  #frameId = 0;
  #ready: () => void = () => undefined;
  #failed: (error: Error) => void = () => undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, isBinary) => this.#hear(data, isBinary));
    socket.on('error', (error) => this.#failed(error));
    socket.on('close', (_, reason) => this.#failed(new Error(`The transport hung up: ${reason}`)));
  }

  /** Connects, and waits for the scene. */
  static async join(port: number, query: Readonly<Record<string, string>>): Promise<Watcher> {
    const watcher = new Watcher(
      new WebSocket(`ws://127.0.0.1:${port}/?${new URLSearchParams(query)}`, { perMessageDeflate: false }),
    );
    await new Promise<void>((resolve, reject) => {
      watcher.#ready = resolve;
      watcher.#failed = reject;
    });
    return watcher;
  }

  /** The size of pictures that it wants. */
  size(width: number, height: number): void {
    this.socket.send(encodeHandshake(width, height));
  }

  /** Asks for a picture, and waits for none. Without a camera it is the scene's own. */
  look(timeIndex: number, { view, intrinsics }: WatcherCamera = { view: IDENTITY, intrinsics: IDENTITY }): void {
    const camera = {
      view,
      intrinsics,
      timeIndex,
      frameId: this.#frameId++,
      clientTime: Date.now(),
      serverTime: 0,
    };
    this.socket.send(encodeViewerCamera(camera));
  }

  /** Asks for a picture: ms until it was there. */
  async ask(timeIndex: number, camera?: WatcherCamera): Promise<number> {
    const start = performance.now();
    const came = new Promise<void>((resolve) => {
      this.onPicture = resolve;
    });
    this.look(timeIndex, camera);
    await came;
    return performance.now() - start;
  }

  leave(): void {
    this.#failed = () => undefined;
    this.socket.terminate();
  }

  #hear(data: Buffer, isBinary: boolean): void {
    if (isBinary) {
      this.pictures++;
      this.bytes += data.length;
      this.onPicture();
      return;
    }
    const message = JSON.parse(data.toString()) as Record<string, unknown>;
    if (message.type === 'ready') {
      this.scene = message.about as Readonly<Record<string, unknown>>;
      this.#ready();
    } else if (message.type === 'error') this.#failed(new Error(`${message.code}: ${message.message}`));
    else if (message.type === 'picture') {
      this.about = message;
      if (message.unchanged === true) this.onPicture();
    }
  }
}
