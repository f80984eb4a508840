import {
  type CameraFrame,
  decodePicture,
  encodeHandshake,
  encodeViewerCamera,
  LIMITS,
  type OverlayLayer,
  type Picture,
  SgapsError,
} from '@sgaps/protocol';
import type { PictureAnnounced, ServerMessage } from './serverText.js';

/** ms that a server may take until it says `ready`: it may have to load a recording and a model first. */
const READY_WITHIN = 30_000;
/** ms between pings, and how many may stay unanswered. */
const PING_EVERY = 5000;
const MOST_SILENT = 3;
/** ms that a goodbye may take. */
const LEAVE_WITHIN = 1000;
const PING_BYTES = 16;

/** A camera of this viewer; the transport gives it its server time. */
export type SentCamera = Omit<CameraFrame, 'serverTime'>;

/** What a connection tells: `T` are the texts of its scene, `P` among them what announces a picture. Nothing more comes after `closed` or `refused`. */
export interface SocketListener<T extends ServerMessage, P extends PictureAnnounced> {
  /** Reads a text message. @throws SgapsError where it makes no sense */
  read(json: string): T;
  /** All but those that announce bytes. */
  text(text: T): void;
  /** `bytes` is null where the picture before it still holds. */
  picture(notice: P, bytes: Uint8Array<ArrayBuffer> | null): void;
  overlay(picture: Picture): void;
  closed(why: string): void;
  /** The server said what makes no sense. */
  refused(error: SgapsError): void;
}

/** One connection to a transport: puts its messages together and checks them. Who says nothing of a size gets the scene's own. */
export class ViewerSocket<T extends ServerMessage, P extends PictureAnnounced> {
  readonly #socket: WebSocket;
  readonly #listener: SocketListener<T, P>;
  readonly #camera = new Uint8Array(160);
  /** What the next bytes are. */
  #due: P | 'overlay' | null = null;
  /** The last text was one that this version does not know: it may announce bytes. */
  #maybeMore = false;
  #isReady = false;
  #silent = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  /** @throws SgapsError `ARGUMENT_INVALID` for an address that is none, or that this page may not connect to. */
  constructor(url: string, listener: SocketListener<T, P>, token?: string) {
    this.#listener = listener;
    try {
      this.#socket = new WebSocket(url);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new SgapsError('ARGUMENT_INVALID', `This page cannot connect to ${url}: ${why}`, { cause });
    }
    this.#socket.binaryType = 'arraybuffer';
    // Before anything else, and not in the address, which proxies log.
    if (token) this.#socket.onopen = () => this.#send(JSON.stringify({ type: 'token', token }));
    this.#socket.onmessage = ({ data }: MessageEvent<unknown>) => this.#take(data);
    this.#socket.onclose = ({ code, reason }) => this.#close(reason || (code === 1006 ? 'it broke' : `code ${code}`));
    this.#timer = setTimeout(() => this.#close(`it was not ready within ${READY_WITHIN / 1000} s`), READY_WITHIN);
  }

  camera(camera: SentCamera): void {
    this.#send(encodeViewerCamera({ ...camera, serverTime: 0 }, this.#camera) as Uint8Array<ArrayBuffer>);
  }

  /** The size of pictures wanted from now on. */
  size(width: number, height: number): void {
    this.#send(encodeHandshake(width, height) as Uint8Array<ArrayBuffer>);
  }

  overlays(layers: readonly OverlayLayer[]): void {
    this.#send(JSON.stringify({ type: 'overlays', layers }));
  }

  /** Says goodbye; nothing is told any more. */
  close(): Promise<void> {
    this.#over = true;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    if (socket.readyState === WebSocket.CLOSED) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LEAVE_WITHIN);
      socket.onclose = () => {
        clearTimeout(timer);
        resolve();
      };
      socket.close();
    });
  }

  #send(message: Uint8Array<ArrayBuffer> | string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(message);
  }

  #take(data: unknown): void {
    if (this.#over) return;
    this.#silent = 0;
    try {
      if (typeof data === 'string') this.#takeText(data);
      else this.#takeBytes(new Uint8Array(data as ArrayBuffer));
    } catch (cause) {
      if (!(cause instanceof SgapsError)) throw cause;
      void this.close();
      this.#listener.refused(cause);
    }
  }

  #takeText(json: string): void {
    if (this.#due) throw SgapsError.malformed("message of the server: text, where a picture's bytes are due");
    const text = this.#listener.read(json) as T | P;
    this.#maybeMore = text.type === 'other';
    if (text.type === 'ready') this.#begin();
    else if (!this.#isReady && text.type !== 'error' && text.type !== 'other')
      throw SgapsError.malformed(`message of the server: '${text.type}' before 'ready'`);
    if (text.type === 'overlay') this.#due = 'overlay';
    else if (!announces(text)) this.#listener.text(text);
    else if (text.unchanged) this.#listener.picture(text, null);
    else this.#due = text;
  }

  #takeBytes(bytes: Uint8Array<ArrayBuffer>): void {
    const due = this.#due;
    if (bytes.length === PING_BYTES && due === null) return;
    if (due === null && !this.#maybeMore)
      throw SgapsError.malformed(`message of the server: ${bytes.length} bytes that nothing announced`);
    if (bytes.length > 2 * LIMITS.pictureBytes)
      throw SgapsError.limit('bytes of a picture', bytes.length, 2 * LIMITS.pictureBytes);
    this.#due = null;
    this.#maybeMore = false;
    if (due === 'overlay') this.#listener.overlay(decodePicture(bytes));
    else if (due) this.#listener.picture(due, bytes);
  }

  #begin(): void {
    this.#isReady = true;
    this.#ping();
  }

  /** Finds out when the server is gone without a word. */
  #ping(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#silent >= MOST_SILENT) return this.#close('it does not answer');
      this.#silent++;
      this.#send(new Uint8Array(PING_BYTES));
      this.#ping();
    }, PING_EVERY);
  }

  #close(why: string): void {
    if (this.#over) return;
    void this.close();
    this.#listener.closed(why);
  }
}

function announces<T extends ServerMessage, P extends PictureAnnounced>(text: T | P): text is P {
  return text.type === 'picture';
}
