import { isSgapsError, type OverlayLayer, SgapsError } from '@sgaps/protocol';
import { FrameIds } from '../../viewer/FrameIds.js';
import { H264Decoder } from '../../viewer/H264Decoder.js';
import type { ReplayMarker } from '../ReplaySource.js';
import type { FromViewer, ToViewer, ViewerOptions } from './messages.js';
import { type ChannelHost, ViewerChannel } from './ViewerChannel.js';

/** ms that a channel which is not looked at is kept: many go live and back. */
const LINGER = 5000;

/**
 * Watches a replay on a transport, in a worker or on the page: connects, decodes, and tells what comes.
 *
 * @example
 * ```ts
 * const viewer = new Viewer((message, transfer) => postMessage(message, transfer));
 * viewer.take({ type: 'open', options });
 * ```
 */
export class Viewer {
  readonly #tell: (message: FromViewer, transfer: Transferable[]) => void;
  readonly #host: ChannelHost;
  #options: ViewerOptions | null = null;
  readonly #channels = new Map<string, ViewerChannel>();
  #active: ViewerChannel | null = null;
  /** Whose picture is shown. */
  #shown: ViewerChannel | null = null;
  #layers: readonly OverlayLayer[] = [];
  /** How often each marker was told, in all and by each channel's connection: a new connection tells all anew. */
  readonly #markers = new Map<string, number>();
  readonly #markersOf = new WeakMap<ViewerChannel, Map<string, number>>();
  readonly #lingering = new Map<ViewerChannel, ReturnType<typeof setTimeout>>();
  /** Others of a party choose, and how often they began to. */
  #following = false;
  #turn = 0;
  /** The last request that came. */
  #heard = 0;
  #isOpen = false;
  #isClosed = false;

  constructor(tell: (message: FromViewer, transfer: Transferable[]) => void) {
    this.#tell = tell;
    this.#host = {
      ids: new FrameIds(),
      ready: (channel, info) => {
        this.#markersOf.set(channel, new Map());
        if (this.#shown === channel) this.#shown = null;
        if (!this.#isOpen) this.#say({ type: 'opened', info });
        else this.#say({ type: 'growth', duration: info.duration, growing: info.growing });
        this.#isOpen = true;
      },
      frame: (channel, frame, request) => {
        if (channel !== this.#active || this.#isClosed) {
          frame.image.close();
          return;
        }
        this.#shown = channel;
        const transfer = frame.depth ? [frame.image, frame.depth.buffer] : [frame.image];
        if (request === null && !this.#following) this.#turn++;
        this.#following = request === null;
        if (request !== null) this.#say({ type: 'frame', frame, request }, transfer);
        else this.#say({ type: 'others', frame, turn: this.#turn, heard: this.#heard }, transfer);
      },
      unchanged: (channel, request) => {
        if (channel === this.#active) this.#say({ type: 'unchanged', request });
      },
      shows: (channel) => channel === this.#shown,
      overlay: (channel, picture) => {
        if (channel === this.#active) this.#say({ type: 'overlay', picture });
      },
      told: (channel, text) => {
        if (text.type !== 'markers') return this.#say(text);
        const markers = text.markers.filter((marker) => this.#isNews(channel, marker));
        if (markers.length > 0) this.#say({ type: 'markers', markers });
      },
      stalled: (channel, stalled) => {
        if (channel === this.#active) this.#say({ type: 'connection', stalled });
        else if (stalled) this.#leave(channel);
      },
      failed: (channel, error) => {
        if (channel !== this.#active) this.#leave(channel);
        else this.#fail(error);
      },
    };
  }

  take(message: ToViewer): void {
    if (message.type === 'open') void this.#open(message.options);
    else if (message.type === 'close') void this.#close();
    else if (message.type === 'overlays') {
      this.#layers = message.layers;
      for (const channel of this.#channels.values()) channel.overlays(message.layers);
    } else {
      this.#heard = message.number;
      if (message.turn === this.#turn) this.#request(message.time, message.number);
    }
  }

  async #open(options: ViewerOptions): Promise<void> {
    this.#options = options;
    try {
      if (options.encoder === 'h264') await H264Decoder.check();
      if (!this.#isClosed) this.#watch(options.channel);
    } catch (cause) {
      this.#fail(isSgapsError(cause) ? cause : new SgapsError('UNSUPPORTED', String(cause), { cause }));
    }
  }

  #request(time: number, number: number): void {
    if (!this.#options || this.#isClosed) return;
    const { channel } = this.#options;
    this.#following = false;
    this.#watch(channel === 'own' && time === Number.POSITIVE_INFINITY ? 'live' : channel).request({ time, number });
  }

  /** The channel of this name, which is looked at from now on. */
  #watch(name: string): ViewerChannel {
    const before = this.#active;
    if (before?.name === name) return before;
    let channel = this.#channels.get(name);
    if (!channel) {
      channel = new ViewerChannel(name, this.#options as ViewerOptions, before !== null, this.#host);
      channel.overlays(this.#layers);
      this.#channels.set(name, channel);
    }
    this.#active = channel;
    clearTimeout(this.#lingering.get(channel));
    if (before)
      this.#lingering.set(
        before,
        setTimeout(() => this.#leave(before), LINGER),
      );
    return channel;
  }

  #leave(channel: ViewerChannel): void {
    clearTimeout(this.#lingering.get(channel));
    if (this.#channels.get(channel.name) === channel) this.#channels.delete(channel.name);
    void channel.close();
  }

  #isNews(channel: ViewerChannel, { time, name, data }: ReplayMarker): boolean {
    const key = JSON.stringify([time, name, data]);
    const here = this.#markersOf.get(channel) ?? new Map<string, number>();
    const count = (here.get(key) ?? 0) + 1;
    here.set(key, count);
    if (count <= (this.#markers.get(key) ?? 0)) return false;
    this.#markers.set(key, count);
    return true;
  }

  #say(message: FromViewer, transfer: Transferable[] = []): void {
    if (!this.#isClosed) this.#tell(message, transfer);
  }

  #fail({ code, message }: SgapsError): void {
    this.#say({ type: 'failed', code, message });
    void this.#close();
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#lingering.values()) clearTimeout(timer);
    await Promise.all([...this.#channels.values()].map((channel) => channel.close()));
    this.#channels.clear();
    this.#tell({ type: 'closed' }, []);
  }
}
