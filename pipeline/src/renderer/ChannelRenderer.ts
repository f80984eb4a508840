import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CameraFrame,
  decodeRendererCamera,
  encodePayloadHead,
  isSgapsError,
  LIVE_EDGE,
  RENDERER_CAMERA_BYTES,
  readPayloads,
  SgapsError,
} from '@sgaps/protocol';
import type { Logger } from 'pino';
import type { PictureEncoder } from '../encode/PictureEncoder.js';
import { type ChannelPlan, type FromRenderer, parseToRenderer, plainError, type ToRenderer } from '../link/linkMessages.js';
import type { RendererFigures } from '../metrics/TransportFigures.js';
import type { SceneRenderer } from '../scene/SceneRenderer.js';
import { CameraSlot } from './CameraSlot.js';
import type { RendererParts } from './RendererParts.js';

/** Bytes that wait for the transport, from which on nothing new is drawn until they have left. */
const BACKLOG = 8 * 1024 * 1024;
/** ms between two log lines of what may happen with every picture. */
const LOG_EVERY = 1_000;
/** ms after which a live edge that could not be read is looked at again: at first, and at most. */
const AGAIN_AFTER = 500;
const AGAIN_AT_MOST = 8_000;

/** Hears how a channel comes along. */
interface ChannelHooks {
  opened(plan: ChannelPlan): void;
  /** Its scene is there. */
  ready(): void;
}

/** A scene and its encoder at work. */
interface Stage {
  readonly scene: SceneRenderer;
  readonly encoder: PictureEncoder;
}

/**
 * Draws one channel over one pair of connections: waits until it is told what, and draws cameras until the transport hangs up.
 *
 * @example
 * ```ts
 * const channel = new ChannelRenderer(cameraSocket, videoSocket, parts, log);
 * await channel.run({ opened: () => service.connectAnother(), ready: () => channel.tellFigures(figures) });
 * ```
 */
export class ChannelRenderer {
  private readonly slot = new CameraSlot();
  private stage: Stage | null = null;
  private newest: CameraFrame | null = null;
  /** The next picture is to be sent whatever it is. */
  private forced = true;
  private loggedAt = Number.NEGATIVE_INFINITY;
  private isClosed = false;
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly cameras: Socket,
    private readonly video: Socket,
    private readonly parts: RendererParts,
    private readonly log: Logger,
  ) {}

  /** Settles when the transport has hung up and all is let go of. */
  async run(hooks: ChannelHooks): Promise<void> {
    const payloads = readPayloads(
      ({ metadata }) => this.obey(metadata, hooks),
      (error) => this.warn(error, 'payload of the transport refused'),
    );
    this.video.on('data', (piece) => this.read(() => payloads.push(piece)));
    const cameras = new CameraStream((bytes) => this.see(bytes));
    this.cameras.on('data', (piece) => this.read(() => cameras.push(piece)));
    for (const socket of [this.cameras, this.video]) {
      socket.on('error', () => undefined);
      socket.once('close', () => this.close());
    }
    await Promise.all([this.cameras, this.video].map((socket) => (socket.closed ? undefined : heard(socket, 'close'))));
    await this.work;
  }

  /** Tells the transport what this process says of itself, once there is a scene. */
  tellFigures(figures: RendererFigures): void {
    if (this.stage && !this.isClosed && this.video.writableLength === 0) this.send(0, { figures });
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.slot.close();
    this.cameras.destroy();
    this.video.destroy();
  }

  private read(push: () => void): void {
    try {
      push();
    } catch (error) {
      if (!isSgapsError(error)) throw error;
      this.warn(error, 'the transport sent what cannot be read: hanging up');
      this.close();
    }
  }

  private see(bytes: Uint8Array): void {
    try {
      this.newest = decodeRendererCamera(bytes);
      this.slot.put(this.newest);
    } catch (error) {
      if (!isSgapsError(error)) throw error;
      this.warn(error, 'camera refused');
    }
  }

  private obey(metadata: Readonly<Record<string, unknown>>, hooks: ChannelHooks): void {
    let message: ToRenderer;
    try {
      message = parseToRenderer(metadata);
    } catch (error) {
      if (!isSgapsError(error)) throw error;
      return this.warn(error, 'message of the transport refused');
    }
    if ('open' in message) {
      if (this.stage) return this.warn(new SgapsError('ARGUMENT_INVALID', 'This channel is open already.'), 'not opened twice');
      const { open } = message;
      hooks.opened(open);
      this.work = this.serve(open, hooks);
      return;
    }
    try {
      if ('overlays' in message) this.stage?.scene.overlays?.(message.overlays);
      else if ('size' in message) this.stage?.scene.resize?.(message.size.width, message.size.height);
      else this.stage?.encoder.refresh();
    } catch (error) {
      // Others' scenes and encoders may throw anything; the channel goes on.
      this.warn(error, 'wish refused by the scene or encoder');
    }
    this.drawAgain();
  }

  /** Shows the newest camera once more, unless another is about to be shown. */
  private drawAgain(): void {
    this.forced = true;
    if (this.newest && !this.slot.isFull) this.slot.put(this.newest);
  }

  private async serve(plan: ChannelPlan, { ready }: ChannelHooks): Promise<void> {
    const log = this.log.child({ scene: plan.scene, encoder: plan.encoder });
    let scene: SceneRenderer | null = null;
    let encoder: PictureEncoder | null = null;
    const early: (() => void)[] = [];
    try {
      const found = await this.parts.scene(plan.scene);
      scene = found.scene;
      encoder = await this.parts.encoder(plan.encoder);
      const info = await scene.onInit({
        argument: found.argument,
        tell: (message, { data, keep } = {}) => {
          const say = () => this.send(0, { tell: message, keep }, data ? [data] : []);
          if (this.stage) say();
          else early.push(say);
        },
      });
      if (plan.size) scene.resize?.(plan.size.width, plan.size.height);
      this.stage = { scene, encoder };
      this.send(0, { ready: info });
      for (const say of early) say();
      ready();
      log.info('scene ready');
      await this.draw(this.stage);
    } catch (error) {
      this.send(0, { failed: plainError(error) });
      log.warn({ err: error }, 'scene failed');
      // What was said leaves first.
      this.video.end();
    } finally {
      await this.shutDown(scene, encoder);
      log.info('scene closed');
    }
  }

  private async shutDown(scene: SceneRenderer | null, encoder: PictureEncoder | null): Promise<void> {
    try {
      await encoder?.dispose();
      await scene?.onShutdown();
    } catch (error) {
      this.log.warn({ err: error }, 'scene not closed cleanly');
    }
  }

  private async draw(stage: Stage): Promise<void> {
    for (let next = await this.slot.take(); next; next = await this.slot.take()) {
      const { camera } = next;
      let { newer } = next;
      await this.answer(stage, camera, camera.serverTime, newer);
      if (camera.timeIndex !== LIVE_EDGE) continue;
      while (!newer.aborted && (await this.waits(stage, camera, newer))) {
        newer = this.slot.watch();
        await this.answer(stage, camera, Date.now(), newer);
      }
      if (!newer.aborted) this.send(camera.frameId, { over: true });
    }
  }

  /** True when the same camera would show something newer. What cannot be read now is tried again. */
  private async waits({ scene }: Stage, camera: CameraFrame, newer: AbortSignal): Promise<boolean> {
    for (let pause = AGAIN_AFTER; !newer.aborted; pause = Math.min(2 * pause, AGAIN_AT_MOST)) {
      try {
        return ((await scene.changed?.(camera, newer)) ?? false) && !newer.aborted;
      } catch (error) {
        this.warn(error, 'waiting for the live edge failed');
        await sleep(pause, undefined, { signal: newer }).catch(() => undefined);
      }
    }
    return false;
  }

  /** Draws, encodes and sends one picture. Whatever fails costs this picture only (P15). */
  private async answer(stage: Stage, camera: CameraFrame, received: number, newer: AbortSignal): Promise<void> {
    const { frameId, clientTime } = camera;
    // A wish that comes while this picture is made is one for the next.
    const { forced } = this;
    this.forced = false;
    let unsent = forced;
    try {
      const begun = performance.now();
      const output = await stage.scene.render(camera, newer);
      const drawn = performance.now();
      if (!output) return this.send(frameId, { nothing: true });
      if (output.unchanged && !forced) return this.send(frameId, { picture: output.metadata, unchanged: true });
      unsent = true;
      const encoded = await stage.encoder.encode(output, { frameId, clientSent: clientTime, received });
      if (!encoded) return this.send(frameId, { nothing: true });
      unsent = false;
      const { parts, stampAt, independent } = encoded;
      const timings = { render: drawn - begun, encode: performance.now() - drawn, received, processed: Date.now() };
      this.send(frameId, { picture: output.metadata, stampAt, independent, timings }, parts);
      if (this.video.writableLength > BACKLOG) await heard(this.video, 'drain', 'close');
    } catch (error) {
      this.warn(error, 'picture dropped');
      this.send(frameId, { failed: plainError(error) });
    } finally {
      this.forced ||= unsent;
    }
  }

  private send(frameId: number, message: FromRenderer, parts: readonly Uint8Array[] = []): void {
    if (this.isClosed || !this.video.writable) return;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    this.video.cork();
    this.video.write(encodePayloadHead({ frameId, metadata: message, data: { length } }));
    for (const part of parts) this.video.write(part);
    this.video.uncork();
  }

  private warn(error: unknown, text: string): void {
    const now = performance.now();
    if (now - this.loggedAt < LOG_EVERY) return;
    this.loggedAt = now;
    this.log.warn({ err: error }, text);
  }
}

/** Settles at the first of these events. (`once` of Node rejects where the socket fails, which its close tells as well.) */
function heard(socket: Socket, ...events: readonly ('close' | 'drain')[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of events) socket.off(event, done);
      resolve();
    };
    for (const event of events) socket.on(event, done);
  });
}

/** Cuts a stream into cameras of 152 bytes. */
class CameraStream {
  private readonly camera = new Uint8Array(RENDERER_CAMERA_BYTES);
  private have = 0;

  constructor(private readonly take: (bytes: Uint8Array) => void) {}

  push(piece: Uint8Array): void {
    for (let at = 0; at < piece.length; ) {
      const part = Math.min(piece.length - at, RENDERER_CAMERA_BYTES - this.have);
      this.camera.set(piece.subarray(at, at + part), this.have);
      this.have += part;
      at += part;
      if (this.have < RENDERER_CAMERA_BYTES) return;
      this.have = 0;
      this.take(this.camera);
    }
  }
}
