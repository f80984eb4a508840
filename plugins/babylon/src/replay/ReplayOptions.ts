import type { RemoteSourceOptions, ReplayPlayerOptions, ReplaySource } from '@sgaps/client/player';
import { ReplayPlayer } from '@sgaps/client/player';
import type { SgapsError } from '@sgaps/protocol';

/**
 * What is shown, and how it begins.
 *
 * @example
 * ```ts
 * const options: ReplayOptions = { source: { server: 'https://replays.example.com', recording: 'a1' }, autoplay: true };
 * ```
 */
export interface ReplayOptions extends ReplayPlayerOptions {
  /**
   * A recording on a server, any other source of frames, or a player that is there already. That one stays its owner's: it is
   * not disposed, and the other options of a player do not touch it.
   */
  readonly source: RemoteSourceOptions | ReplaySource | ReplayPlayer;
  /** What stands in the picture's place while there is none. */
  readonly messages?: {
    /** Default `Loading replay …`. */
    readonly loading?: string;
    /** Default: what the error says. */
    readonly failed?: (error: SgapsError) => string;
  };
}

/** A player, and whether it is ours to dispose. */
export interface OpenedReplay {
  readonly player: ReplayPlayer;
  readonly owned: boolean;
}

/** Takes the player that was given, or opens one. */
export async function openReplay({ source, ...options }: Omit<ReplayOptions, 'messages'>): Promise<OpenedReplay> {
  if (source instanceof ReplayPlayer) return { player: source, owned: false };
  return { player: await ReplayPlayer.open(source, options), owned: true };
}
