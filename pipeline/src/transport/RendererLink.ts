import type { Socket } from 'node:net';
import {
  type CameraFrame,
  encodePayloadHead,
  encodeRendererCamera,
  type PacketStream,
  type RenderPayload,
  readPayloads,
  SgapsError,
} from '@sgaps/protocol';
import { type FromRenderer, type Hello, parseFromRenderer, type ToRenderer } from '../link/linkMessages.js';
import type { RendererFigures } from '../metrics/TransportFigures.js';

const NO_DATA = new Uint8Array(0);

/** What a link tells whoever uses it. */
export interface LinkListener {
  message(message: FromRenderer, frameId: number, data: Uint8Array): void;
  /** The renderer is gone, or said what it may not. */
  closed(error: SgapsError): void;
}

/**
 * Both connections of a renderer that belong together: one channel's worth of it. Cameras go out on camera.sock, all else goes over video.sock.
 *
 * @example
 * ```ts
 * link.use({ message: (m, frameId, data) => take(m), closed: () => findAnother() });
 * link.send({ open: plan });
 * link.camera(camera);
 * ```
 */
export class RendererLink {
  /** What its process said of itself last. */
  figures: RendererFigures = {};
  private listener: LinkListener | null = null;
  private isClosed = false;

  constructor(
    readonly hello: Hello,
    private readonly cameras: Socket,
    private readonly video: Socket,
  ) {
    for (const socket of [cameras, video])
      socket.once('close', () => this.close(new SgapsError('CLOSED', 'The renderer went away.')));
  }

  /** Who hears of it from now on; before, a renderer has nothing to say. */
  use(listener: LinkListener): void {
    this.listener = listener;
  }

  /** A payload that came on video.sock. */
  take({ frameId, metadata, data }: RenderPayload): void {
    if (!this.listener || this.isClosed) return;
    try {
      const message = parseFromRenderer(metadata);
      if ('figures' in message) this.figures = message.figures;
      else this.listener.message(message, frameId, data);
    } catch (error) {
      if (!(error instanceof SgapsError)) throw error;
      this.close(error);
    }
  }

  send(message: ToRenderer): void {
    if (!this.isClosed) this.video.write(encodePayloadHead({ frameId: 0, metadata: message, data: NO_DATA }));
  }

  camera(camera: CameraFrame): void {
    if (!this.isClosed) this.cameras.write(encodeRendererCamera(camera));
  }

  /** Ends both connections: the renderer lets go of the scene. */
  close(error = new SgapsError('CLOSED', 'The channel was closed.')): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.cameras.destroy();
    this.video.destroy();
    this.listener?.closed(error);
  }
}

/** Reads one connection's payloads; what cannot be read ends it, and is told. */
export function listenTo(
  socket: Socket,
  take: (payload: RenderPayload) => void,
  refuse: (error: SgapsError) => void,
): PacketStream {
  const stream = readPayloads(take, refuse);
  socket.on('data', (piece) => {
    try {
      stream.push(piece);
    } catch (error) {
      if (!(error instanceof SgapsError)) throw error;
      refuse(error);
      socket.destroy();
    }
  });
  // Its `close` follows; why it failed says nothing more than that.
  socket.on('error', () => undefined);
  return stream;
}
