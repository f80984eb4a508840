import type { FrameIds } from './FrameIds.js';

/** Cameras that may be under way. */
const MOST_UNDER_WAY = 2;
/** Sent ones that are remembered: a picture may come again, or late. */
const REMEMBERED = 8;

/** What a source asks for; `number` counts its requests. */
export interface Request {
  readonly time: number;
  readonly number: number;
}

interface Sent {
  readonly id: number;
  readonly number: number;
  open: boolean;
}

/** The cameras of a channel: which are under way, which waits (the newest), and whose pictures are. */
export class CameraQueue {
  /** The newest request, also once it is answered. */
  newest: Request | null = null;
  #waiting = false;
  #sent: Sent[] = [];
  readonly #ids: FrameIds;

  constructor(ids: FrameIds) {
    this.#ids = ids;
  }

  get isOpen(): boolean {
    return this.#sent.some(({ open }) => open);
  }

  push(request: Request): void {
    this.newest = request;
    this.#waiting = true;
  }

  /** The camera to send now, if any. */
  next(): { readonly id: number; readonly time: number } | null {
    if (!this.newest || !this.#waiting) return null;
    if (this.#sent.filter(({ open }) => open).length >= MOST_UNDER_WAY) return null;
    this.#waiting = false;
    const id = this.#ids.next();
    this.#sent = [...this.#sent.slice(1 - REMEMBERED), { id, number: this.newest.number, open: true }];
    return { id, time: this.newest.time };
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

  /** A picture for this id came, or none will: it, and those before it, are no longer under way. The number of its request; 0 for one forgotten, null for somebody else's. */
  answer(id: number): number | null {
    const at = this.#sent.findIndex((camera) => camera.id === id);
    if (at < 0) return this.#ids.isOwn(id) ? 0 : null;
    for (const camera of this.#sent.slice(0, at + 1)) camera.open = false;
    return this.#sent[at].number;
  }

  /** All that are under way are answered: by a picture that everybody asked for. */
  answerAll(): number {
    for (const camera of this.#sent) camera.open = false;
    return this.newest?.number ?? 0;
  }
}
