import type { RemoteSourceOptions, ReplayPlayer, ReplayPlayerOptions, ReplaySource } from '@sgaps/client/player';
import type { SgapsError } from '@sgaps/protocol';

/**
 * What `this.add.sgapsReplay` takes beside a place: what is played, how large it is, and how playing begins.
 *
 * @example
 * ```ts
 * const options: SgapsReplayOptions = { source: { server: 'https://replays.example.com', recording: 'a1' }, width: 320, autoplay: true };
 * ```
 */
export interface SgapsReplayOptions extends ReplayPlayerOptions {
  /** A recording on a server, any other source, or a player. One that is given stays the giver's: it is not disposed of. */
  readonly source: ReplaySource | RemoteSourceOptions | ReplayPlayer;
  /**
   * Size of the object at scale 1. Where one is left out it follows from the other and the shape of the frames; where both are, it is the frames' pixels. Give both to have the
   * object in its size before the replay is open.
   */
  readonly width?: number;
  readonly height?: number;
  /** Filters linearly where a frame is drawn larger or smaller, else shows its pixels. Default: as the game's `antialias`. */
  readonly smooth?: boolean;
  /** Colour until the first frame, and behind messages. Default 0x12121c. */
  readonly poster?: number;
  /** Words on the object until the first frame; an empty text is none. Default 'Loading…'. */
  readonly loading?: string;
  /** Words on the object once nothing more can come. Default: what the error says. */
  readonly failed?: (error: SgapsError) => string;
}
