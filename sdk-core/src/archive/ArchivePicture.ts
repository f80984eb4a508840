import type { CaptureGrid, FrameState, StateSchema } from '@sgaps/protocol';

/**
 * A picture that goes into an archive, or comes out of it.
 *
 * @example
 * ```ts
 * const picture: ArchivePicture = { frameId: 7, time: 233.3, rgb: frame.rgb, state: source.state };
 * ```
 */
export interface ArchivePicture {
  /** Number of the frame, u32, above that of the picture before. */
  readonly frameId: number;
  /** ms since the recording's start, not before that of the picture before. */
  readonly time: number;
  /** 3·W·H bytes, row by row, RGB. */
  readonly rgb: Uint8ClampedArray;
  /** What the game said of it; null where nothing is known. */
  readonly state: FrameState | null;
}

/**
 * What all pictures of an archive have in common.
 *
 * @example
 * ```ts
 * const shape: ArchiveShape = reader.header;
 * ```
 */
export interface ArchiveShape {
  readonly grid: CaptureGrid;
  /** Pictures a second, as recorded. */
  readonly fps: number;
  readonly schema: StateSchema;
}

/**
 * Bounds of the archive format (H14: a group begins with a keyframe).
 *
 * @example
 * ```ts
 * for (let at = 0; at < pictures.length; at += ARCHIVE.groupFrames) await encoder.encode(pictures.slice(at, at + ARCHIVE.groupFrames));
 * ```
 */
export const ARCHIVE = {
  /** Version this code writes; a higher one is refused with `VERSION_UNSUPPORTED`. */
  version: 1,
  /** Pictures of one group at most: the first two are the keyframe, any group can be decoded by itself. */
  groupFrames: 32,
} as const;
