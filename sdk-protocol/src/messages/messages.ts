import type { TierBits } from '../pixels/PixelModel.js';
import type { CaptureGrid } from '../samples/CaptureGrid.js';
import type { StateSchema } from '../state/FrameState.js';

/**
 * What a game says of itself when it joins to be recorded.
 *
 * @example
 * ```ts
 * const join: RecordJoinOptions = {
 *   role: 'record', protocol: 1, game: 'coins', grid: { width: 320, height: 180 }, fps: 30, schema: { values: [] }, engine: 'phaser', meta: {},
 * };
 * ```
 */
export interface RecordJoinOptions {
  readonly role: 'record';
  readonly protocol: number;
  /** 1 … `LIMITS.nameLength` characters. */
  readonly game: string;
  readonly grid: CaptureGrid;
  /** Frames per second the client means to sample, at most `LIMITS.fps`. */
  readonly fps: number;
  readonly schema: StateSchema;
  readonly engine: string;
  /** At most 32 texts of at most 512 characters. */
  readonly meta: Readonly<Record<string, string>>;
  /** True where the client can send depth with its point samples; absent is false. */
  readonly depth?: boolean;
  /** Bits per channel of the four tiers that the game would like (S15), 3 … 8 each; the welcome says what counts. */
  readonly tierBits?: TierBits;
  /**
   * Milliseconds that the recorder has kept by itself and will send first (`kept`, then `live`), 0 … `LIMITS.keptMs`: the
   * recording began so long ago. Absent: nothing was kept.
   */
  readonly keptMs?: number;
}

/**
 * What a viewer says when it joins a live session by the room's id.
 *
 * @example
 * ```ts
 * await client.joinById(roomId, { role: 'watch' });
 * ```
 */
export interface WatchJoinOptions {
  readonly role: 'watch';
}

/**
 * The server's first message to everybody who joins.
 *
 * @example
 * ```ts
 * const { recordingId, grid, tierBits } = parseWelcome(body);
 * ```
 */
export interface WelcomeMessage {
  readonly recordingId: string;
  readonly grid: CaptureGrid;
  /** Bits per channel of the four tiers, both ends (S15). */
  readonly tierBits: TierBits;
  readonly fps: number;
  readonly schema: StateSchema;
  /** True where the server takes the depth that the client offered at join: only then is it sent. Absent is false. */
  readonly depth?: boolean;
  /** True where the server wants each pixel packet to tell in a digest what changed (`PixelPacketEncoderOptions`). Absent is false. */
  readonly digest?: boolean;
}

/**
 * Something went wrong; `code` is that of an `SgapsError`, or INTERNAL.
 *
 * @example
 * ```ts
 * if (message.reset) encoder.reset();
 * ```
 */
export interface ErrorMessage {
  readonly code: string;
  readonly message: string;
  /** True when the recorder must start its pixel stream afresh. */
  readonly reset: boolean;
  /** With `reset`: whether packets are to tell in a digest what changed, from the fresh start on, whatever the welcome said. Absent: as before. */
  readonly digest?: boolean;
}

/**
 * The `error` message that is none: the server asks for a fresh start of the stream, so that it can be decoded from here.
 *
 * @example
 * ```ts
 * client.send(MessageType.error, RESTART);
 * ```
 */
export const RESTART: ErrorMessage = { code: 'RESTART', message: 'The pixel stream is to start afresh.', reset: true };

/**
 * A named moment of the game, for the recording's event track.
 *
 * @example
 * ```ts
 * const event: GameEventMessage = { name: 'level-up', data: { level: 2 }, time: 12_000 };
 * ```
 */
export interface GameEventMessage {
  /** 1 … `LIMITS.nameLength` characters. */
  readonly name: string;
  /** Anything JSON can say; at most `LIMITS.eventBytes` of it. */
  readonly data: unknown;
  /** Milliseconds since recording started. */
  readonly time: number;
}

/**
 * Flat finite numbers by name: the client's measured cost, or a page's figures. At most 64.
 *
 * @example
 * ```ts
 * const stats: NumbersMessage = { frames: 300, bytesUp: 614_400 };
 * ```
 */
export type NumbersMessage = Readonly<Record<string, number>>;
