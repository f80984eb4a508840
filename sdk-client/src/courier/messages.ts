import type { GameEventMessage, NumbersMessage } from '@sgaps/protocol';
import type { ConnectionOptions } from '../connection/Connection.js';
import type { KeepOptions } from '../connection/KeepingConnection.js';
import type { CourierFault, CourierWelcome } from './CourierPort.js';
import type { CourierFigures, FrameBatch, PackedRequest } from './FrameBatch.js';

/**
 * From the game's thread to the courier's worker.
 *
 * @example
 * ```ts
 * worker.postMessage({ type: 'batch', batch } satisfies ToCourier, transfersOf(batch));
 * ```
 */
export type ToCourier =
  | { readonly type: 'open'; readonly options: ConnectionOptions; readonly bufferedBytes: number; readonly keep?: KeepOptions }
  | { readonly type: 'batch'; readonly batch: FrameBatch }
  | { readonly type: 'event'; readonly event: GameEventMessage }
  | { readonly type: 'stats'; readonly stats: NumbersMessage }
  | { readonly type: 'keep' }
  | { readonly type: 'close' };

/**
 * From the courier's worker to the game's thread. `ready` is the first, `left` the last.
 *
 * @example
 * ```ts
 * worker.onmessage = ({ data }: MessageEvent<FromCourier>) => take(data);
 * ```
 */
export type FromCourier =
  | { readonly type: 'ready' }
  | { readonly type: 'opened'; readonly welcome: CourierWelcome }
  | { readonly type: 'refused'; readonly code: string; readonly message: string }
  | {
      readonly type: 'news';
      readonly requests: readonly PackedRequest[];
      readonly figures: CourierFigures;
      readonly spare: readonly FrameBatch[];
    }
  | { readonly type: 'fault'; readonly code: CourierFault; readonly message: string }
  | { readonly type: 'kept'; readonly welcome: CourierWelcome }
  | { readonly type: 'away'; readonly reason: string }
  | { readonly type: 'back' }
  | { readonly type: 'restart'; readonly welcome: CourierWelcome }
  | { readonly type: 'closed'; readonly reason: string }
  | { readonly type: 'left' };

/**
 * The buffers of a batch, to be handed over rather than copied.
 *
 * @example
 * ```ts
 * port.postMessage({ type: 'batch', batch }, transfersOf(batch));
 * ```
 */
export function transfersOf({ numbers, rgba, depth }: FrameBatch): ArrayBuffer[] {
  return depth ? [numbers.buffer, rgba.buffer, depth.buffer] : [numbers.buffer, rgba.buffer];
}
