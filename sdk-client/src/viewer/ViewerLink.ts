import { type OverlayLayer, type Picture, SgapsError, type SgapsErrorCode } from '@sgaps/protocol';
import type { PictureAnnounced, ServerMessage } from './serverText.js';
import { type SentCamera, ViewerSocket } from './ViewerSocket.js';

/** ms before each try to get a lost connection back. */
const TRIES = [0, 1000, 2000, 4000, 8000];
/** ms that a connection stays ready, after which what breaks it is something new. */
const STEADY = 10_000;
/** Errors that end a connection for now: where it was once ready it may be so again. */
const COMES_BACK = new Set(['CLOSED', 'RENDERER_UNAVAILABLE']);

/** What of a connection its link looks at. */
export interface LinkText extends ServerMessage {
  readonly code?: string;
  readonly message?: string;
}

/** Where a link goes, and how it speaks of it. */
export interface LinkOptions<T> {
  /** The transport, `ws://…`. */
  readonly transport: string;
  /** What lets one watch there, where that is needed. */
  readonly token?: string;
  /** Scene, encoder and channel. */
  readonly query: Readonly<Record<string, string>>;
  /** Tries again also where nothing answers at the very beginning. */
  readonly patient: boolean;
  /** What is watched, as in `No replays come from …`, and one of it. */
  readonly words: readonly [many: string, one: string];
  /** Reads a text message. @throws SgapsError where it makes no sense */
  readonly read: (json: string) => T;
}

/** What a link tells. Nothing more comes after `failed`. */
export interface LinkListener<T, P> {
  /** The server is ready, for the first time or again. */
  ready(text: T): void;
  /** All texts but `ready`, `error` and those that announce bytes. */
  text(text: T): void;
  /** `bytes` is null where the picture before it still holds. */
  picture(notice: P, bytes: Uint8Array<ArrayBuffer> | null): void;
  overlay(picture: Picture): void;
  /** The connection is gone: lets go of all that hangs on it. */
  dropped(): void;
  /** It tries to get the connection back: `ready` or `failed` follows. */
  stalled(): void;
  failed(error: SgapsError): void;
}

/** A connection to a transport that comes back when it breaks. `T` are its scene's texts, `P` among them what announces a picture. */
export class ViewerLink<T extends LinkText, P extends PictureAnnounced> {
  readonly #options: LinkOptions<T>;
  readonly #listener: LinkListener<T, P>;
  #socket: ViewerSocket<T, P> | null = null;
  #isReady = false;
  #isLost = false;
  #isClosed = false;
  #tries = 0;
  #why = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LinkOptions<T>, listener: LinkListener<T, P>) {
    this.#options = options;
    this.#listener = listener;
    this.#connect();
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** It was ready once. */
  get hasBegun(): boolean {
    return this.#isReady || this.#isLost;
  }

  camera(camera: SentCamera): void {
    this.#socket?.camera(camera);
  }

  size(width: number, height: number): void {
    this.#socket?.size(width, height);
  }

  overlays(layers: readonly OverlayLayer[]): void {
    this.#socket?.overlays(layers);
  }

  /** Pictures come: whatever breaks from now on is something new. */
  answered(): void {
    this.#tries = 0;
  }

  /** The connection is no good any more: another is made. */
  lose(why: string): void {
    const began = this.hasBegun;
    void this.#drop();
    if (this.#isClosed) return;
    const { transport, patient, words } = this.#options;
    this.#why ||= why;
    const wait = TRIES[this.#tries++];
    if (!began && !patient)
      this.fail(
        new SgapsError(
          'CLOSED',
          `No ${words[0]} come from ${transport} (${why}): see that the transport runs there, can be reached from here, and allows pages of this origin.`,
        ),
      );
    else if (wait === undefined)
      this.fail(
        new SgapsError(
          'CLOSED',
          `The connection to ${transport} is lost (${this.#why}) and did not come back: open the ${words[1]} anew once the transport runs.`,
        ),
      );
    else {
      this.#isLost = true;
      if (began) this.#listener.stalled();
      this.#timer = setTimeout(() => this.#connect(), wait);
    }
  }

  fail(error: SgapsError): void {
    if (this.#isClosed) return;
    void this.close();
    this.#listener.failed(error);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#drop();
  }

  #connect(): void {
    const { transport, token, query, read } = this.#options;
    try {
      const url = new URL(transport);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      this.#socket = new ViewerSocket<T, P>(
        url.href,
        {
          read,
          text: (text) => this.#hear(text),
          picture: (notice, bytes) => this.#listener.picture(notice, bytes),
          overlay: (picture) => this.#listener.overlay(picture),
          closed: (why) => this.lose(why),
          refused: (error) => this.fail(error),
        },
        token,
      );
    } catch (cause) {
      const error = new SgapsError('ARGUMENT_INVALID', `The transport's address is none: ${transport}`, { cause });
      // Not before whoever made this has it.
      queueMicrotask(() => this.fail(cause instanceof SgapsError ? cause : error));
    }
  }

  #hear(text: T): void {
    if (text.type === 'ready') {
      this.#isReady = true;
      this.#isLost = false;
      this.#why = '';
      clearTimeout(this.#timer);
      // Pictures may be long in coming, as while splats are built.
      this.#timer = setTimeout(() => this.answered(), STEADY);
      this.#listener.ready(text);
    } else if (text.type === 'error') {
      const { code = '', message = '' } = text;
      this.#why = message;
      if (!COMES_BACK.has(code) || !this.hasBegun) this.fail(new SgapsError(code as SgapsErrorCode, message));
    } else if (text.type !== 'other') this.#listener.text(text);
  }

  /** Lets go of the connection and all that hangs on it. */
  async #drop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#isReady = false;
    this.#listener.dropped();
    const socket = this.#socket;
    this.#socket = null;
    await socket?.close();
  }
}
