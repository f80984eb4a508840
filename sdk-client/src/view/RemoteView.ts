import type { SgapsErrorCode } from '@sgaps/protocol/vocabulary';
import { SgapsError } from '@sgaps/protocol/vocabulary';
import { findTransport } from '../viewer/askServer.js';
import type { ViewerPort } from '../viewer/openPort.js';
import { type LatencyFigures, LatencyMeter } from './LatencyMeter.js';
import type { FromStream, Look, StreamFrame, StreamInfo, ToStream } from './messages.js';
import { assertCamera, type PinholeCamera } from './PinholeCamera.js';
import { closePictures } from './pictures.js';
import type { RemoteFrame } from './RemoteFrame.js';
import { assertTime, assertViewOptions, type RemoteViewOptions } from './RemoteViewOptions.js';
import type { RemoteViewEvent, RemoteViewEvents } from './ViewEvents.js';

/** ms that a stream may take to leave the transport before it is ended. */
const LEAVE_WITHIN = 2000;

/**
 * Sees a scene that a server renders, through a camera of its own (P17): tell it where to `look` whenever you draw, and draw its `frame`, which is a little older than that camera;
 * `ReprojectionPass` draws it as the newest camera sees it, among what the page itself draws.
 *
 * @example
 * ```ts
 * const remote = await RemoteView.open({ server: 'https://replays.example.com', scene: 'splats:garden' });
 * const pass = new ReprojectionPass(gl);
 * function draw() {
 *   remote.look(camera);
 *   if (remote.frame) pass.draw(remote.frame, camera, { near: 0.1, far: 100 });
 *   drawOwnThings(camera);
 *   requestAnimationFrame(draw);
 * }
 * draw();
 * ```
 */
export class RemoteView extends EventTarget {
  readonly #options: RemoteViewOptions;
  readonly #meter = new LatencyMeter();
  readonly #closing = new AbortController();
  #port: ViewerPort<ToStream> | null = null;
  #opening: { resolve(info: StreamInfo): void; reject(error: SgapsError): void } | null = null;
  #left: (() => void) | null = null;
  #about: Readonly<Record<string, unknown>> = {};
  #building: number | null = null;
  #frame: RemoteFrame | null = null;
  #looked: Look | null = null;
  #time: number;
  #stalled = false;
  #error: SgapsError | null = null;
  #disposal: Promise<void> | null = null;

  private constructor(options: RemoteViewOptions) {
    super();
    this.#options = options;
    this.#time = options.time ?? 0;
  }

  /**
   * Connects. Settles once the scene is ready; the first frame follows the first `look`, or, of a scene that is `building`, its `built`.
   *
   * @throws SgapsError `ARGUMENT_INVALID`, `CLOSED` where nobody answers or its signal is aborted, `NOT_FOUND` for a scene that is none, `UNSUPPORTED`, `RENDERER_UNAVAILABLE`, and what the scene says.
   */
  static async open(options: RemoteViewOptions): Promise<RemoteView> {
    assertViewOptions(options);
    const view = new RemoteView(options);
    const { signal } = options;
    const giveUp = () => void view.dispose();
    signal?.addEventListener('abort', giveUp);
    try {
      if (signal?.aborted) giveUp();
      view.#about = { ...(await view.#open()).about, ...view.#about };
    } catch (error) {
      await view.dispose();
      throw error;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
    return view;
  }

  /** What the scene says of itself: more once it is built, where it has to be. */
  get about(): Readonly<Record<string, unknown>> {
    return this.#about;
  }

  /** How much of the scene is built, 0 … 1, while there is nothing to see for that; else null. */
  get building(): number | null {
    return this.#building;
  }

  /** The newest frame; null before the first. */
  get frame(): RemoteFrame | null {
    return this.#frame;
  }

  /** Seconds, for scenes that move; heeded by the next `look`. */
  get time(): number {
    return this.#time;
  }

  set time(seconds: number) {
    assertTime(seconds);
    this.#time = seconds;
  }

  /** The connection is lost, and it tries to get it back. */
  get stalled(): boolean {
    return this.#stalled;
  }

  /** Why nothing more comes; null while all is well. */
  get error(): SgapsError | null {
    return this.#error;
  }

  /** How old frames are when they come, of the last hundred. */
  get latency(): LatencyFigures {
    return this.#meter.figures(performance.now());
  }

  /**
   * Says what is to be seen: call it for each frame that you draw. Only what differs from what was last looked at is sent, at most two are under way, and of those that wait only the newest.
   * Pictures have the camera's size, unless the scene has one of its own.
   *
   * @throws SgapsError `ARGUMENT_INVALID` for a camera that cannot be one
   */
  look(camera: PinholeCamera): void {
    if (!this.#port || this.#disposal || this.#error) return;
    if (this.#looked && this.#looked.time === this.#time && sameCamera(this.#looked.camera, camera)) return;
    assertCamera(camera);
    const look = { camera: { ...camera, view: Float32Array.from(camera.view) }, time: this.#time, askedAt: performance.now() };
    this.#looked = look;
    this.#port.send({ type: 'look', look });
  }

  /** Leaves, and lets go of everything; nothing is told any more. */
  dispose(): Promise<void> {
    this.#disposal ??= this.#close();
    return this.#disposal;
  }

  override addEventListener<K extends keyof RemoteViewEvents>(
    type: K,
    listener: ((event: RemoteViewEvent<K>) => void) | EventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener as EventListener | null, options);
  }

  override removeEventListener<K extends keyof RemoteViewEvents>(
    type: K,
    listener: ((event: RemoteViewEvent<K>) => void) | EventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener as EventListener | null, options);
  }

  async #open(): Promise<StreamInfo> {
    const { scene, encoder = 'jpeg+depth', server = '', token, worker = true, onNoWorker } = this.#options;
    const { signal } = this.#closing;
    this.#assertOpen();
    const given = this.#options.transport;
    const found = given ? { url: given, token } : await findTransport({ server, scene, token }, 'scenes', signal);
    // Its own file, beside which the worker lies.
    const { openStream } = await import('./openStream.js');
    this.#assertOpen();
    const port = await openStream(worker, (message) => this.#hear(message), onNoWorker);
    if (signal.aborted) port.end();
    this.#assertOpen();
    this.#port = port;
    return new Promise((resolve, reject) => {
      this.#opening = { resolve, reject };
      port.send({ type: 'open', options: { transport: found.url, token: found.token, scene, encoder } });
    });
  }

  #hear(message: FromStream): void {
    if (message.type === 'closed') return this.#left?.();
    if (this.#disposal) {
      if (message.type === 'frame') closePictures(message.frame);
    } else if (message.type === 'frame') this.#show(message.frame);
    else if (message.type === 'unchanged') this.#hold(message.look, message.about);
    else if (message.type === 'opened') {
      this.#opening?.resolve(message.info);
      this.#opening = null;
    } else if (message.type === 'failed') this.#fail(new SgapsError(message.code as SgapsErrorCode, message.message));
    else if (message.type === 'building') {
      this.#building = message.share;
      this.#emit('building', message.share);
    } else if (message.type === 'built') {
      this.#building = null;
      this.#about = { ...this.#about, ...message.about };
      this.#emit('built', this.#about);
    } else if (message.type === 'connection' && message.stalled !== this.#stalled) {
      this.#stalled = message.stalled;
      this.#emit(message.stalled ? 'stall' : 'resume', null);
    }
  }

  #show({ image, depth, alpha, nearest, look, about, isFirst, decode, render }: StreamFrame): void {
    const now = performance.now();
    const total = isFirst ? now - look.askedAt : render + decode;
    this.#meter.add(isFirst ? total : null, now);
    const before = this.#frame;
    const latency = { total, render, decode, network: Math.max(0, total - render - decode) };
    this.#frame = { image, depth, alpha, nearest, camera: look.camera, time: look.time, about, latency };
    if (before) closePictures(before);
    if (before?.depth && before.depth !== depth) this.#port?.send({ type: 'spare', depth: before.depth }, [before.depth.buffer]);
    this.#emit('frame', this.#frame);
  }

  /** The picture is the same for another camera, or time. */
  #hold({ camera, time, askedAt }: Look, about: RemoteFrame['about']): void {
    const before = this.#frame;
    if (!before) return;
    const now = performance.now();
    this.#meter.add(now - askedAt, now);
    const { width, height } = before.image;
    this.#frame = { ...before, camera: { ...camera, width, height }, time, about };
    this.#emit('frame', this.#frame);
  }

  #fail(error: SgapsError): void {
    if (this.#opening) {
      this.#opening.reject(error);
      this.#opening = null;
      return;
    }
    this.#error = error;
    this.#emit('error', error);
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    this.#opening?.reject(closedError());
    this.#opening = null;
    if (this.#frame) closePictures(this.#frame);
    this.#frame = null;
    const port = this.#port;
    if (!port) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LEAVE_WITHIN);
      this.#left = () => {
        clearTimeout(timer);
        resolve();
      };
      port.send({ type: 'close' });
    });
    port.end();
    this.#port = null;
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw closedError();
  }

  #emit<K extends keyof RemoteViewEvents>(type: K, detail: RemoteViewEvents[K]): void {
    if (!this.#disposal) this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function closedError(): SgapsError {
  return new SgapsError('CLOSED', 'This view was closed: open another.');
}

function sameCamera(a: PinholeCamera, b: PinholeCamera): boolean {
  if (a.width !== b.width || a.height !== b.height || a.fx !== b.fx || a.fy !== b.fy || a.cx !== b.cx || a.cy !== b.cy)
    return false;
  for (let i = 0; i < 16; i++) if (a.view[i] !== b.view[i]) return false;
  return true;
}
