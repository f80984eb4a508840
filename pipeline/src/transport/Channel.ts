import { type CameraFrame, LIVE_EDGE, OVERLAY_LAYERS, type OverlayLayer, SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { type ChannelPlan, type FromRenderer, type PictureMessage, plainError, type Ready } from '../link/linkMessages.js';
import { StageTimings } from '../metrics/StageTimings.js';
import { CameraQueue } from './CameraQueue.js';
import type { Seat, SentPicture, Viewer } from './FrontendAdapter.js';
import type { RendererLink } from './RendererLink.js';
import type { RendererPool } from './RendererPool.js';

/** Cameras that the renderer has and has not answered: one being drawn, one for the moment it is done. */
const MOST_UNDER_WAY = 2;
/** ms of a driver's silence after which another viewer's camera takes over. */
const DRIVES_FOR = 500;
/** A viewer whose socket holds more than this misses pictures until it has drained, bytes. */
const BACKLOG = 1024 * 1024;
/** Renderers that may be lost while they draw for this channel, and within how many ms: more is the scene's fault. */
const MOST_LOSSES = 3;
const LOSSES_WITHIN = 20_000;

/** What of a scene's messages is kept for who comes later, bytes as JSON. */
const MOST_KEPT = 4 * 2 ** 20;

type Told = Extract<FromRenderer, { tell: unknown }>['tell'];

/** What a channel needs of the transport around it. */
export interface ChannelHost {
  readonly pool: RendererPool;
  readonly log: Logger;
  /** ms that a channel waits for a renderer. */
  readonly rendererWithin: number;
  /** ms without cameras and pictures after which its renderer is given back. */
  readonly idleAfter: number;
  /** ms that a shared channel stays without viewers. */
  readonly linger: number;
  pictureSent(channel: Channel, picture: SentPicture, viewers: number): void;
  cameraTaken(channel: Channel, camera: CameraFrame): void;
  timed(ms: Readonly<Record<'render' | 'encode' | 'send' | 'total', number>>): void;
  closed(channel: Channel): void;
}

/** A viewer in its place. */
interface Place {
  readonly viewer: Viewer;
  /** It has the picture that was sent last, and so can use one that depends on it. */
  current: boolean;
  overlays: readonly OverlayLayer[];
}

/**
 * One scene with one camera and time, and all who see it (P8). One viewer that fails affects no other.
 *
 * @example
 * ```ts
 * const channel = new Channel('live', { scene: 'replay:a1', encoder: 'h264', size: null }, true, host);
 * const seat = channel.join(viewer);
 * ```
 */
export class Channel {
  readonly timings = new StageTimings();
  readonly queue = new CameraQueue();
  /** Pictures sent, pictures that viewers missed, and frame ids asked for and never answered. */
  sent = 0;
  missed = 0;
  gaps = 0;
  /** Renderers lost while they drew for it. */
  lost = 0;
  private readonly places = new Set<Place>();
  private readonly closing = new AbortController();
  private link: RendererLink | null = null;
  /** What it was opened with. */
  private opened: ChannelPlan | null = null;
  private ready: Ready | null = null;
  /** The live edge shown has ended. */
  private isOver = false;
  /** What the scene told that who comes later is to know as well. */
  private kept: { readonly message: Told; readonly data: Uint8Array | undefined; readonly bytes: number }[] = [];
  private keptBytes = 0;
  private isKeptFull = false;
  private wanting = false;
  private underWay: number[] = [];
  private newest: CameraFrame | null = null;
  private driver: Place | null = null;
  private drivenAt = Number.NEGATIVE_INFINITY;
  private activeAt = performance.now();
  private losses: number[] = [];
  private lingering: NodeJS.Timeout | null = null;
  private isClosed = false;

  constructor(
    readonly key: string,
    private plan: ChannelPlan,
    private readonly shared: boolean,
    private readonly host: ChannelHost,
  ) {
    this.want();
  }

  /** Cameras that the renderer has and has not answered. */
  get unanswered(): number {
    return this.underWay.length;
  }

  get viewers(): number {
    return this.places.size;
  }

  /** Figures of this moment, for whoever looks after the transport. */
  get figures(): Readonly<Record<string, unknown>> {
    const { scene, encoder } = this.plan;
    const { viewers, sent, missed, gaps, queue, underWay } = this;
    const counts = { viewers, sent, missed, gaps, queued: queue.length, dropped: queue.dropped, underWay: underWay.length };
    return {
      scene,
      encoder,
      worker: this.link?.hello.worker ?? null,
      ready: this.ready !== null,
      ...counts,
      ms: this.timings.figures(),
    };
  }

  /** Seats a viewer. */
  join(viewer: Viewer): Seat {
    const place: Place = { viewer, current: false, overlays: [] };
    this.places.add(place);
    if (this.lingering) clearTimeout(this.lingering);
    this.lingering = null;
    if (this.ready) {
      this.give(place, () => {
        viewer.tell(this.greeting());
        for (const { message, data } of this.kept) viewer.tell(message, data);
      });
      this.link?.send({ refresh: true });
    } else this.want();
    return {
      size: (width, height) => this.resize(width, height),
      camera: (camera) => this.take(place, camera),
      overlays: (layers) => this.overlay(place, layers),
      leave: () => this.leave(place),
    };
  }

  /** Gives the renderer back where nothing has come or gone for long, and nothing will come by itself. */
  rest(now: number): void {
    if (!this.link || now - this.activeAt < this.host.idleAfter) return;
    if (this.newest?.timeIndex === LIVE_EDGE && !this.isOver && this.places.size > 0) return;
    this.host.log.info({ channel: this.key }, 'channel idle: its renderer is free');
    this.release();
  }

  /** Ends it for everybody in it. */
  close(error: SgapsError): void {
    if (this.isClosed) return;
    this.isClosed = true;
    if (this.lingering) clearTimeout(this.lingering);
    for (const { viewer } of this.places) {
      try {
        viewer.ended(error);
      } catch (failure) {
        this.host.log.warn({ channel: this.key, err: failure }, 'viewer not told of the end');
      }
    }
    this.places.clear();
    this.closing.abort(error);
    this.release();
    this.host.closed(this);
  }

  private leave(place: Place): void {
    if (!this.places.delete(place) || this.isClosed) return;
    if (this.driver === place) this.driver = null;
    this.tellOverlays();
    if (this.places.size > 0) return;
    const end = () => this.close(new SgapsError('CLOSED', 'Nobody watches any more.'));
    if (this.shared) this.lingering = setTimeout(end, this.host.linger);
    else end();
  }

  private take(place: Place, camera: CameraFrame): void {
    const now = performance.now();
    if (place !== this.driver) {
      // The driver that was goes on sending until it has seen a picture of the new one.
      if (this.driver && now - this.drivenAt < DRIVES_FOR) return;
      this.driver = place;
      this.drivenAt = now;
    }
    this.activeAt = now;
    this.newest = camera;
    this.isOver = false;
    this.queue.push(camera);
    this.host.cameraTaken(this, camera);
    if (this.link) this.pump();
    else this.want();
  }

  /** Whoever is alone has the size asked for. Where others look on, pictures keep the scene's own, which all were told. */
  private resize(width: number, height: number): void {
    const { size } = this.plan;
    if (this.shared || (size?.width === width && size.height === height)) return;
    this.plan = { ...this.plan, size: { width, height } };
    if (this.ready) this.link?.send({ size: { width, height } });
  }

  private overlay(place: Place, layers: readonly OverlayLayer[]): void {
    place.overlays = layers;
    this.tellOverlays();
  }

  private tellOverlays(): void {
    const wanted = OVERLAY_LAYERS.filter((layer) => [...this.places].some(({ overlays }) => overlays.includes(layer)));
    if (this.ready) this.link?.send({ overlays: wanted });
  }

  /** Looks for a renderer, unless one is there or being looked for. */
  private want(): void {
    if (this.link || this.wanting || this.isClosed) return;
    this.wanting = true;
    this.host.pool.acquire(this.plan, this.host.rendererWithin, this.closing.signal).then(
      (link) => this.use(link),
      (error: unknown) => this.close(asSgapsError(error)),
    );
  }

  private use(link: RendererLink): void {
    this.wanting = false;
    if (this.isClosed) return link.close();
    this.link = link;
    link.use({
      message: (message, frameId, data) => this.hear(message, frameId, data),
      closed: (error) => this.lose(link, error),
    });
    this.opened = this.plan;
    link.send({ open: this.plan });
  }

  private hear(message: FromRenderer, frameId: number, data: Uint8Array): void {
    if ('picture' in message) this.show(message, frameId, data);
    else if ('tell' in message) this.tell(message, data.length > 0 ? data : undefined);
    else if ('ready' in message) this.begin(message.ready);
    else if ('failed' in message) this.fail(message.failed, frameId);
    else if ('nothing' in message) this.answered(frameId);
    else if ('over' in message && this.queue.length === 0 && this.underWay.length === 0) this.isOver = true;
  }

  private tell({ tell, keep }: Extract<FromRenderer, { tell: unknown }>, data: Uint8Array | undefined): void {
    if (keep === 'last') this.forget(tell.type);
    if (keep) this.keep(tell, data);
    this.broadcast(({ viewer }) => viewer.tell(tell, data));
  }

  private keep(message: Told, data: Uint8Array | undefined): void {
    const bytes = JSON.stringify(message).length + (data?.length ?? 0);
    if (this.keptBytes + bytes <= MOST_KEPT) {
      this.kept.push({ message, data, bytes });
      this.keptBytes += bytes;
    } else if (!this.isKeptFull) {
      this.isKeptFull = true;
      this.host.log.warn({ channel: this.key, bytes: MOST_KEPT }, 'the scene tells so much that who comes later misses some');
    }
  }

  private forget(type: string): void {
    this.kept = this.kept.filter(({ message }) => message.type !== type);
    this.keptBytes = this.kept.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  private begin(ready: Ready): void {
    const again = this.ready !== null;
    this.ready = ready;
    // Another renderer tells all anew.
    this.kept = [];
    this.keptBytes = 0;
    this.isKeptFull = false;
    for (const place of this.places) place.current = false;
    this.broadcast(({ viewer }) => viewer.tell(this.greeting()));
    this.tellOverlays();
    const { size } = this.plan;
    if (size && size !== this.opened?.size) this.link?.send({ size });
    // Whoever waited while there was no renderer sees the place it had asked for.
    if (this.newest && this.queue.length === 0) this.queue.push(this.newest);
    if (again) this.host.log.info({ channel: this.key }, 'channel goes on with another renderer');
    this.pump();
  }

  private fail({ code, message }: { code: string; message: string }, frameId: number): void {
    const error = new SgapsError(code as SgapsError['code'], message);
    if (frameId === 0 && !this.ready) {
      this.close(error);
      return;
    }
    this.answered(frameId);
    this.broadcast(({ viewer }) => viewer.tell({ type: 'failed', ...plainError(error), frameId }));
  }

  private show({ picture, unchanged, independent, stampAt, timings }: PictureMessage, frameId: number, data: Uint8Array): void {
    const now = Date.now();
    this.activeAt = performance.now();
    this.answered(frameId);
    if (stampAt !== undefined && stampAt !== null && stampAt + 8 <= data.length)
      new DataView(data.buffer, data.byteOffset).setFloat64(stampAt, now, true);
    const sent: SentPicture = { frameId, about: picture, data: unchanged ? null : data };
    let needsRefresh = false;
    this.broadcast((place) => {
      const behind = place.viewer.backlog() > BACKLOG;
      const usable = place.current || (!unchanged && independent === true);
      if (!behind && usable) {
        place.viewer.show(sent);
        place.current = true;
        return;
      }
      this.missed++;
      place.current = false;
      if (!behind) needsRefresh = true;
    });
    if (needsRefresh) this.link?.send({ refresh: true });
    this.sent++;
    if (timings && !unchanged) {
      const { render, encode, received, processed } = timings;
      const ms = { render, encode, send: Math.max(0, now - processed), total: Math.max(0, now - received) };
      this.timings.add(ms);
      this.host.timed(ms);
    }
    this.host.pictureSent(this, sent, this.places.size);
    this.pump();
  }

  /** The renderer is done with a camera, and with those before it. */
  private answered(frameId: number): void {
    const at = this.underWay.indexOf(frameId);
    if (at < 0) return;
    this.gaps += at;
    this.underWay.splice(0, at + 1);
    this.pump();
  }

  private pump(): void {
    if (!this.link || !this.ready) return;
    while (this.underWay.length < MOST_UNDER_WAY) {
      const camera = this.queue.shift();
      if (!camera) return;
      this.underWay.push(camera.frameId);
      this.link.camera(camera);
    }
  }

  private lose(link: RendererLink, error: SgapsError): void {
    if (this.link !== link) return;
    this.release();
    if (this.isClosed) return;
    this.lost++;
    const now = performance.now();
    this.losses = [...this.losses.filter((at) => now - at < LOSSES_WITHIN), now];
    this.host.log.warn({ channel: this.key, losses: this.losses.length, reason: error.message }, 'renderer lost');
    if (this.losses.length > MOST_LOSSES)
      this.close(new SgapsError('UNSUPPORTED', `Drawing ${this.plan.scene} ended the renderer several times.`));
    else if (this.places.size > 0) this.want();
  }

  /** Lets go of the renderer; the next camera asks for one anew. */
  private release(): void {
    const { link } = this;
    this.link = null;
    this.underWay = [];
    link?.close();
  }

  private greeting(): { type: 'ready' } & Record<string, unknown> {
    const { scene, encoder } = this.plan;
    return { type: 'ready', scene, encoder, ...this.ready };
  }

  private broadcast(send: (place: Place) => void): void {
    for (const place of [...this.places]) this.give(place, () => send(place));
  }

  /** One who cannot be sent to loses its seat. */
  private give(place: Place, send: () => void): void {
    try {
      send();
    } catch (error) {
      this.host.log.warn({ channel: this.key, err: error }, 'viewer could not be sent to: it loses its seat');
      this.leave(place);
    }
  }
}

function asSgapsError(error: unknown): SgapsError {
  return error instanceof SgapsError ? error : new SgapsError('UNSUPPORTED', String(error), { cause: error });
}
