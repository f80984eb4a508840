import { SgapsError } from '@sgaps/protocol/vocabulary';

/**
 * What a `RemoteView` watches.
 *
 * @example
 * ```ts
 * const options: RemoteViewOptions = { server: 'https://replays.example.com', scene: 'splats:garden' };
 * ```
 */
export interface RemoteViewOptions {
  /** The scene's name with the renderer: `splats:garden`. */
  readonly scene: string;
  /** Where the transport is, `ws://…`. One of this and `server` is needed. */
  readonly transport?: string;
  /** An SGAPS server, `https://…`, which knows where its transport is. */
  readonly server?: string;
  /** A token that may watch the scene, where the server or the transport asks for one. Pages of the server's own need none: their user has logged in. */
  readonly token?: string;
  /**
   * `jpeg+depth` (default): sharper depth; what covers half of a pixel covers it. `jpeg+depth+alpha`: edges and haze, as splats have, are blended over what lies behind them. `h264`: fewer
   * bytes, depth in steps of 4.3 % of 1 + z; needs WebCodecs.
   */
  readonly encoder?: 'jpeg+depth' | 'jpeg+depth+alpha' | 'h264';
  /** Seconds, for scenes that move; `LIVE_EDGE` for the newest there is. Default 0. */
  readonly time?: number;
  /** `true` (default): connection and decoding are in a worker where the page allows one. `false`: on the page. A function makes the worker. */
  readonly worker?: boolean | (() => Worker);
  /** Gives up opening it. */
  readonly signal?: AbortSignal;
  /** Told once when there should have been a worker and is none: the page decodes by itself then. */
  readonly onNoWorker?: (why: unknown) => void;
}

/** @throws SgapsError `ARGUMENT_INVALID` */
export function assertViewOptions({ scene, transport, server, encoder = 'jpeg+depth', time = 0 }: RemoteViewOptions): void {
  if (!/^[\w+:./-]{1,200}$/.test(scene ?? ''))
    throw new SgapsError('ARGUMENT_INVALID', `A scene's name is 1 … 200 of A-Z a-z 0-9 _ + : . / -, not '${scene}'.`);
  if (!transport && !server)
    throw new SgapsError('ARGUMENT_INVALID', 'A view needs the address of a transport, or of the server that has one.');
  if (encoder !== 'jpeg+depth' && encoder !== 'jpeg+depth+alpha' && encoder !== 'h264')
    throw new SgapsError('ARGUMENT_INVALID', `An encoder is 'jpeg+depth', 'jpeg+depth+alpha' or 'h264', not '${encoder}'.`);
  assertTime(time);
}

/** @throws SgapsError `ARGUMENT_INVALID` */
export function assertTime(time: number): void {
  if (!(time >= 0)) throw new SgapsError('ARGUMENT_INVALID', `A time is 0 or more seconds, not ${time}.`);
}
