import type { SgapsError } from '@sgaps/protocol';
import type { RemoteFrame } from './RemoteFrame.js';

/**
 * What a `RemoteView` tells, by the name of the event: the `detail` of a `CustomEvent`.
 *
 * @example
 * ```ts
 * view.addEventListener('error', ({ detail }) => console.warn(detail.code, detail.message));
 * ```
 */
export interface RemoteViewEvents {
  /** A frame is there: `view.frame`, until the next. */
  frame: RemoteFrame;
  /** The scene is being built before it can be shown, as `free:ID` may have to be: so much is done, 0 … 1. */
  building: number;
  /** It is built: what it says of itself now is in `view.about`. */
  built: RemoteFrame['about'];
  /** The connection is lost; it tries to get it back. */
  stall: null;
  /** The connection is back. */
  resume: null;
  /** Nothing more comes. */
  error: SgapsError;
}

/**
 * An event of `RemoteViewEvents`.
 *
 * @example
 * ```ts
 * const show = ({ detail }: RemoteViewEvent<'frame'>) => draw(detail);
 * ```
 */
export type RemoteViewEvent<K extends keyof RemoteViewEvents> = CustomEvent<RemoteViewEvents[K]>;
