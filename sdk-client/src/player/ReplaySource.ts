import type { OverlayLayer, Picture, SgapsError } from '@sgaps/protocol';

/**
 * What a replay says of itself. Times in seconds.
 *
 * @example
 * ```ts
 * const { game, width, height }: ReplayInfo = player.info;
 * ```
 */
export interface ReplayInfo {
  readonly recordingId: string;
  readonly game: string;
  readonly engine: string;
  /** Pixels of its frames. */
  readonly width: number;
  readonly height: number;
  /** Frames that the game was to be sampled at, a second. */
  readonly fps: number;
  /** ms since 1970. */
  readonly startedAt: number;
  /** Seconds, so far. */
  readonly duration: number;
  /** True while it is still recorded. */
  readonly growing: boolean;
  /** True for an archive, which has pictures, events and values, and hardly any overlays; absent: it is none, or that is not known. */
  readonly archived?: boolean;
  /** Names of the game's values, as in `ReplayStates`. */
  readonly values: readonly string[];
}

/**
 * A frame of a replay.
 *
 * @example
 * ```ts
 * context.drawImage(frame.image, 0, 0);
 * ```
 */
export interface ReplayFrame {
  /** W×H. Belongs to whoever plays: `ReplayPlayer` closes it once the next frame is there. */
  readonly image: ImageBitmap;
  /** Seconds from the start of the recording. */
  readonly time: number;
  /** The frame's number, as the recorder counted it. */
  readonly frameId: number;
  /** Times of the frames before and after it, seconds; null where there is none, or none is known yet. */
  readonly previous: number | null;
  readonly next: number | null;
  /** W·H half floats, log depth as the transport sends it; null without. */
  readonly depth: Uint16Array | null;
  /** True where a model refined it. */
  readonly refined: boolean;
}

/**
 * An event of the game, or a marker.
 *
 * @example
 * ```ts
 * const { time, name }: ReplayMarker = player.markers[0];
 * ```
 */
export interface ReplayMarker {
  /** Seconds. */
  readonly time: number;
  readonly name: string;
  /** What the game gave with it; JSON. */
  readonly data: unknown;
}

/**
 * The game's values over a stretch of time.
 *
 * @example
 * ```ts
 * plot(states.times, states.values[0]);
 * ```
 */
export interface ReplayStates {
  /** Seconds, rising. */
  readonly times: readonly number[];
  /** One list for each of `ReplayInfo.values`, as long as `times`. */
  readonly values: readonly (readonly number[])[];
}

/**
 * What a frame is that a source tells, where it does not answer the newest request: the answer to one before it (requests follow each other faster than answers), or what somebody
 * else asked for, in a party.
 *
 * @example
 * ```ts
 * listener.frame(frame, 'others' satisfies FrameOrigin);
 * ```
 */
export type FrameOrigin = 'earlier' | 'others';

/**
 * Numbers by name about the place shown: what was exchanged there (`bytesUp` and `bytesDown` a second, `fps`, `samples` a frame, `latencyFrames`, …).
 *
 * @example
 * ```ts
 * player.addEventListener('figures', ({ detail }) => show(detail.bytesUp));
 * ```
 */
export type ReplayFigures = Readonly<Record<string, number>>;

/**
 * What a source tells whoever plays it.
 *
 * @example
 * ```ts
 * const listener: ReplayListener = { frame: show, unchanged: () => undefined, overlay, growth, markers, states, failed };
 * ```
 */
export interface ReplayListener {
  /** A frame to be shown: what was asked for last, while live each new one; with an `origin`, something else. */
  frame(frame: ReplayFrame, origin?: FrameOrigin): void;
  /** What was asked for last is the frame that is shown. */
  unchanged(): void;
  /** An overlay that belongs to the frame that follows. */
  overlay(picture: Picture): void;
  /** Duration in seconds. */
  growth(duration: number, growing: boolean): void;
  /** Markers that were not told before; in no order. */
  markers(markers: readonly ReplayMarker[]): void;
  /** Values that were not told before. */
  states(states: ReplayStates): void;
  /** About the place shown, now and then; sources may tell none. */
  figures?(figures: ReplayFigures): void;
  /** The way to the frames is cut, or back again: `stalled` true while a source tries to get on by itself. */
  connection(stalled: boolean): void;
  /** The source gave up; nothing more comes. */
  failed(error: SgapsError): void;
}

/**
 * Frames by their time: a server's, or of a file in this browser.
 *
 * @example
 * ```ts
 * const player = await ReplayPlayer.open(new RemoteSource({ server: 'https://replays.example.com', recording: 'a1' }));
 * ```
 */
export interface ReplaySource {
  /** Connects. Settles once it is known what is played; rejects with a typed error. Called once. */
  open(listener: ReplayListener): Promise<ReplayInfo>;
  /**
   * Asks for the frame shown at a time, seconds: the last one that is not later. `LIVE_EDGE` asks for the newest, and for each newer one until something else is asked for. Answered
   * by one `frame` or `unchanged`, unless another request comes first.
   */
  request(time: number): void;
  /** Overlays to be told with each frame from now on; the frame shown is told anew. Sources without overlays ignore it. */
  overlays(layers: readonly OverlayLayer[]): void;
  /** A small picture near a time, for a scrub bar; null where there is none. */
  thumbnail(time: number): Promise<ImageBitmap | null>;
  /** Ends it, at any time: also while it opens, which rejects then or comes to nothing. May be called again. */
  close(): Promise<void>;
}
