import type { Picture, SgapsError } from '@sgaps/protocol';
import type { ReplayFigures, ReplayFrame, ReplayMarker } from './ReplaySource.js';

/**
 * What a `ReplayPlayer` tells, by the name of the event: the `detail` of a `CustomEvent`.
 *
 * @example
 * ```ts
 * player.addEventListener('frame', ({ detail }) => context.drawImage(detail.image, 0, 0));
 * ```
 */
export interface ReplayPlayerEvents {
  /** A frame is shown: draw it now, or read `player.frame` when you draw. Its image is closed when the next comes. */
  frame: ReplayFrame;
  /** An overlay that belongs to the frame that follows. */
  overlay: Picture;
  /** `currentTime` is another. */
  timeupdate: null;
  seeking: null;
  seeked: null;
  play: null;
  /** It plays, or goes on after a `stall`. */
  playing: null;
  pause: null;
  ratechange: null;
  /** `duration` or `growing` is another. */
  durationchange: null;
  /** The playhead passed it; not told where it was set across. */
  marker: ReplayMarker;
  /** `markers` has more. */
  markerschange: null;
  /** `states` has more. */
  stateschange: null;
  /** Numbers about the place shown, a few times a second where the source has some. */
  figures: ReplayFigures;
  /** No frame for half a second while one was asked for, or the connection is lost. */
  stall: null;
  /** `isLive` is another. */
  live: null;
  ended: null;
  /** Nothing more comes. */
  error: SgapsError;
}

/**
 * An event of `ReplayPlayerEvents`.
 *
 * @example
 * ```ts
 * const draw = ({ detail }: ReplayPlayerEvent<'frame'>) => context.drawImage(detail.image, 0, 0);
 * ```
 */
export type ReplayPlayerEvent<K extends keyof ReplayPlayerEvents> = CustomEvent<ReplayPlayerEvents[K]>;
