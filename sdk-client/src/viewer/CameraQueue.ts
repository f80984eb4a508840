import type { FrameIds } from './FrameIds.js';

/** Cameras that may be under way. */
const MOST_UNDER_WAY = 2;
/** Sent ones that are remembered: a picture may come again, or late. */
const REMEMBERED = 8;

interface Sent<R> {
  readonly id: number;
  readonly request: R;
  open: boolean;
}

/** The cameras of a channel, each for a request `R`: which are under way, which waits (the newest), and whose pictures are. */
export class CameraQueue<R> {
  /** The newest request, also once it is answered. */
  newest: R | null = null;
  #waiting = false;
  #sent: Sent<R>[] = [];
  readonly #ids: FrameIds;

  constructor(ids: FrameIds) {
    this.#ids = ids;
  }

  get isOpen(): boolean {
    return this.#sent.some(({ open }) => open);
  }

  push(request: R): void {
    this.newest = request;
    this.#waiting = true;
  }

  /** The camera to send now, if any. */
  next(): { readonly id: number; readonly request: R } | null {
    if (this.newest === null || !this.#waiting) return null;
    if (this.#sent.filter(({ open }) => open).length >= MOST_UNDER_WAY) return null;
    this.#waiting = false;
    const id = this.#ids.next();
    const request = this.newest;
    this.#sent = [...this.#sent.slice(1 - REMEMBERED), { id, request, open: true }];
    return { id, request };
  }

  /** Those under way are lost, or take too long: the newest is asked for anew. */
  again(): void {
    for (const camera of this.#sent) camera.open = false;
    this.#waiting = this.newest !== null;
  }

  /** Others choose. */
  clear(): void {
    this.newest = null;
    this.#sent = [];
  }

  /** A picture for this id came, or none will: it, and those before it, are no longer under way. Its request, `forgotten` where that is too long ago; null for somebody else's. */
  answer(id: number): R | 'forgotten' | null {
    const at = this.#sent.findIndex((camera) => camera.id === id);
    if (at < 0) return this.#ids.isOwn(id) ? 'forgotten' : null;
    for (const camera of this.#sent.slice(0, at + 1)) camera.open = false;
    return this.#sent[at].request;
  }

  /** All that are under way are answered: by a picture that everybody asked for. The newest request, if any. */
  answerAll(): R | null {
    for (const camera of this.#sent) camera.open = false;
    return this.newest;
  }
}
