import { type Kept, ShelfSlots } from './ShelfSlots.js';
import type { ShelfPlace, SnapshotShelf, StatePacker } from './SnapshotShelf.js';

const BYTES = 256 * 2 ** 20;
/** Bytes that may wait to be packed; what comes meanwhile is let go. */
const WAITING = 48 * 2 ** 20;

interface State extends Kept {
  bytes: Uint8Array;
  packed: boolean;
}

/**
 * A shelf in memory.
 *
 * @example
 * ```ts
 * const shelf = new MemoryShelf({ packer, bytes: 64 * 2 ** 20 });
 * ```
 */
export class MemoryShelf implements SnapshotShelf {
  readonly #slots: ShelfSlots<State>;
  readonly #packer: StatePacker | null;
  #packing: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** `bytes`: what the states may take when packed, default 256 MiB. Without a packer they are kept as they are. */
  constructor(options: { readonly packer?: StatePacker | null; readonly bytes?: number } = {}) {
    this.#packer = options.packer ?? null;
    this.#slots = new ShelfSlots(options.bytes ?? BYTES);
  }

  get spacing(): number {
    return this.#slots.spacing;
  }

  /** Bytes taken, and places kept. */
  get figures(): { readonly bytes: number; readonly places: number } {
    return { bytes: this.#slots.size, places: this.#slots.count };
  }

  expect(duration: number): void {
    this.#slots.expect(duration);
  }

  wants(time: number): boolean {
    return this.#waiting < WAITING && this.#slots.wants(time);
  }

  put(place: ShelfPlace, bytes: Uint8Array): Promise<void> {
    if (!this.wants(place.time)) return this.#packing;
    const state: State = { place, size: 0, bytes, packed: false };
    this.#slots.add(state);
    this.#waiting += bytes.length;
    // One after the other: packing takes less time than decoding up to the next.
    this.#packing = this.#packing.then(() => this.#pack(state));
    return this.#packing;
  }

  before(time: number): ShelfPlace | null {
    return this.#slots.before(time)?.place ?? null;
  }

  async read(place: ShelfPlace): Promise<Uint8Array | null> {
    const state = this.#slots.find(place);
    if (!state) return null;
    return state.packed && this.#packer ? this.#packer.unpack(state.bytes, place.bytes) : state.bytes;
  }

  async #pack(state: State): Promise<void> {
    const { length } = state.bytes;
    try {
      const packed = await this.#packer?.pack(state.bytes);
      if (packed && packed.length < length) {
        state.bytes = packed;
        state.packed = true;
      }
    } catch {
      // It stays as it is, and takes more room.
    }
    this.#waiting -= length;
    if (this.#slots.find(state.place) === state) this.#slots.resize(state, state.bytes.length);
    this.#slots.thin();
  }
}
