/** Fresh starts remembered; the oldest go first. A stream starts afresh every 10 s, and those who share it are some seconds apart. */
const MOST_STARTS = 128;

/** A packet, which may still be on its way, and what all who sent it have in common from there on. */
interface Step {
  readonly bytes: Promise<Uint8Array>;
  readonly place: Place;
}

/** All that was fed to an encoder since its fresh start, as a place in a tree of what may follow. */
interface Place {
  readonly next: Map<string, Step>;
  /** The encoder that is exactly there; null where it has gone on. */
  encoder: number | null;
}

/**
 * Where one stream stands.
 *
 * @example
 * ```ts
 * const stream = new SharedStream();
 * ```
 */
export class SharedStream {
  /** Null before the first packet. */
  place: Place | null = null;
}

/**
 * Encodes the next packet with the encoder of that number, 0 and up, in the order of the calls; `afresh` starts its stream anew.
 *
 * @example
 * ```ts
 * const encode: Encode = (encoder, afresh) => thread.encode({ encoder, afresh, frames });
 * ```
 */
export type Encode = (encoder: number, afresh: boolean) => Promise<Uint8Array>;

/**
 * Has the packets of many streams encoded, each distinct history once. An encoder is deterministic: streams that were fed the same since their
 * fresh start send the same bytes. A stream that is the first at what it is fed takes the encoder on; one that parts from the others after
 * the encoder has gone on starts afresh with one of its own, as a recorder does after a loss.
 *
 * @example
 * ```ts
 * const shared = new SharedEncoder();
 * const bytes = await shared.encode(stream, '4:17,5:18', false, (encoder, afresh) => thread.encode({ encoder, afresh, frames }));
 * ```
 */
export class SharedEncoder {
  /** Packets that were encoded, and those that another stream's bytes served for. */
  encoded = 0;
  shared = 0;
  /** Fresh starts that nobody asked for: a stream parted from those it had shared with. */
  parted = 0;
  readonly #starts = new Map<string, Step>();
  /** Encoders that nobody needs where they are, and how many there are in all. */
  readonly #idle: number[] = [];
  #encoders = 0;

  /** Counts anew. */
  clear(): void {
    this.encoded = this.shared = this.parted = 0;
  }

  /**
   * The stream's next packet. `key` names all that the packet is made of, and nothing else; `afresh` starts the stream anew; `encode` is called
   * where nobody was there before.
   */
  encode(stream: SharedStream, key: string, afresh: boolean, encode: Encode): Promise<Uint8Array> {
    const step = this.#step(stream.place, key, afresh, encode);
    stream.place = step.place;
    return step.bytes;
  }

  #step(place: Place | null, key: string, afresh: boolean, encode: Encode): Step {
    const begins = afresh || place === null;
    const known = begins ? this.#starts.get(key) : place.next.get(key);
    if (known) {
      this.shared++;
      // Whoever comes up from behind starts afresh here too.
      if (begins && place) this.#leave(place);
      return known;
    }
    if (!begins && place.encoder === null) {
      this.parted++;
      return this.#step(place, key, true, encode);
    }
    const encoder = place?.encoder ?? this.#idle.pop() ?? this.#encoders++;
    if (place) place.encoder = null;
    const step = { bytes: encode(encoder, begins), place: { next: new Map(), encoder } };
    this.encoded++;
    if (begins) this.#remember(key, step);
    else place.next.set(key, step);
    return step;
  }

  #leave(place: Place): void {
    if (place.encoder !== null) this.#idle.push(place.encoder);
    place.encoder = null;
  }

  #remember(key: string, start: Step): void {
    this.#starts.set(key, start);
    if (this.#starts.size <= MOST_STARTS) return;
    const oldest = this.#starts.keys().next();
    if (!oldest.done) this.#starts.delete(oldest.value);
  }
}
