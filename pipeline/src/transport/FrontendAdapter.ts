import type { CameraFrame, OverlayLayer, SgapsError } from '@sgaps/protocol';

/**
 * What a viewer wants to see, and with whom.
 *
 * @example
 * ```ts
 * const wish: ViewerWish = { scene: 'replay:a1', encoder: 'jpeg+depth', channel: 'live' };
 * ```
 */
export interface ViewerWish {
  /** Name and argument, `replay:a1`. */
  readonly scene: string;
  readonly encoder: string;
  /** `own`, `live` or `party:NAME`. */
  readonly channel: string;
}

/**
 * A picture on its way to viewers: the transport does not know what is in it.
 *
 * @example
 * ```ts
 * socket.send(picture.data);
 * ```
 */
export interface SentPicture {
  readonly frameId: number;
  /** For the text message before it. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Null: the one sent last still holds. */
  readonly data: Uint8Array | null;
}

/**
 * Somebody who watches, as an adapter brings it. None of these may throw for long: one that throws loses its seat, the others keep theirs.
 *
 * @example
 * ```ts
 * const viewer: Viewer = { tell: (m) => ws.send(JSON.stringify(m)), show, ended: () => ws.close(), backlog: () => ws.bufferedAmount };
 * ```
 */
export interface Viewer {
  /** A text message; `data` follows it. */
  tell(message: Readonly<{ type: string } & Record<string, unknown>>, data?: Uint8Array): void;
  show(picture: SentPicture): void;
  /** The channel is over: why. */
  ended(error: SgapsError): void;
  /** Bytes that were sent and have not left yet. */
  backlog(): number;
}

/**
 * A viewer's place in a channel.
 *
 * @example
 * ```ts
 * const seat = transport.join(wish, viewer);
 * seat.camera(camera);
 * ```
 */
export interface Seat {
  /** The size it wants, pixels. The first of a shared channel counts. */
  size(width: number, height: number): void;
  camera(camera: CameraFrame): void;
  overlays(layers: readonly OverlayLayer[]): void;
  leave(): void;
}

/**
 * What adapters get of the transport.
 *
 * @example
 * ```ts
 * const seat = host.join(wish, viewer);
 * ```
 */
export interface AdapterHost {
  /** Seats a viewer. @throws SgapsError `ARGUMENT_INVALID` for a wish that makes no sense, `LIMIT_EXCEEDED` where there are too many viewers or channels. */
  join(wish: ViewerWish, viewer: Viewer): Seat;
  /** Figures for whoever asks an adapter for them (P16). */
  health(): Readonly<Record<string, unknown>>;
  /** Notes what went wrong. */
  warn(fields: Readonly<Record<string, unknown>>, text: string): void;
}

/**
 * A way to viewers (P9): implement it for another protocol. Several work side by side.
 *
 * @example
 * ```ts
 * const transport = await TransportService.start({ sockets, adapters: [new WebSocketAdapter({ port: 2568 }), new FifoAdapter({ path, wish })] });
 * ```
 */
export interface FrontendAdapter {
  readonly name: string;
  /** Begins to take viewers; rejects where it cannot. */
  start(host: AdapterHost): Promise<void>;
  /** Sends everybody away and lets go of everything. */
  stop(): Promise<void>;
}
