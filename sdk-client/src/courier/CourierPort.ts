import type { CaptureGrid, GameEventMessage, NumbersMessage, StateSchema, TierBits } from '@sgaps/protocol';
import type { CourierFigures, FrameBatch, PackedRequest } from './FrameBatch.js';

/**
 * What the server said when the recording was opened, as far as a recorder cares.
 *
 * @example
 * ```ts
 * const { recordingId } = port.welcome;
 * ```
 */
export interface CourierWelcome {
  readonly recordingId: string;
  readonly grid: CaptureGrid;
  readonly tierBits: TierBits;
  /** The server takes depth beside colour. */
  readonly depth?: boolean;
  /** The server wants to be told what changed beside the pixels. */
  readonly digest?: boolean;
  readonly schema?: StateSchema;
}

/**
 * What can go wrong in a courier without ending the recording.
 *
 * @example
 * ```ts
 * const code: CourierFault = 'send-failed';
 * ```
 */
export type CourierFault = 'coordinates-invalid' | 'encode-failed' | 'send-failed' | 'keep-failed';

/**
 * What a courier tells its recorder, on the game's thread.
 *
 * @example
 * ```ts
 * port.listen({ onRequests, onFault, onAway, onBack, onRestart, onClosed });
 * ```
 */
export interface CourierListener {
  onRequests(requests: readonly PackedRequest[]): void;
  onFault(code: CourierFault, message: string): void;
  /** The connection broke; the courier tries to get it back. Nothing is to be sampled meanwhile. */
  onAway(reason: string): void;
  /** The connection is back, in the same recording. */
  onBack(): void;
  /** The server began another recording (it had restarted): frames are numbered from 0 again. */
  onRestart(welcome: CourierWelcome): void;
  /** The connection is gone for good. */
  onClosed(reason: string): void;
}

/**
 * The recorder's side of its courier, wherever that runs. Calls never throw and never wait.
 *
 * @example
 * ```ts
 * const port = await openCourier({ endpoint: 'ws://localhost:2567', join });
 * ```
 */
export interface CourierPort {
  readonly welcome: CourierWelcome;
  /** `worker`, or `main` where the courier works on the game's thread. */
  readonly thread: 'worker' | 'main';
  readonly isOpen: boolean;
  /** As the courier last told; `posted` − `figures.taken` batches are on their way to it. */
  readonly figures: CourierFigures;
  readonly posted: number;
  /** More is waiting to be sent than there should be: nothing is to be sampled until that is over. */
  readonly isBehind: boolean;
  listen(listener: CourierListener): void;
  /** Hands a batch over. Its arrays belong to the courier until `takeSpare` gives them back. */
  send(batch: FrameBatch): void;
  /** Arrays of a batch that is done with, to be filled again. */
  takeSpare(): FrameBatch | null;
  sendEvent(event: GameEventMessage): void;
  sendStats(stats: NumbersMessage): void;
  /** Sends what was kept so far and goes on live; only where the recording is kept until it is wanted. */
  keep(): void;
  /** Leaves the server once what was handed over has been sent. */
  close(): void;
}
