import type { Coding } from '../peers/transcode.js';

/**
 * A video encoder that archives are measured against: it may look ahead as far as it likes.
 *
 * @example
 * ```ts
 * const { label, coding } = ARCHIVE_PEERS[0];
 * ```
 */
export interface ArchivePeer {
  readonly id: string;
  readonly label: string;
  /** Coarsest CRF. */
  readonly most: number;
  readonly coding: (crf: number) => Coding;
}

/** A key frame every 32 frames at least, as an archive has one: seeking costs the same. */
const SEEKABLE = ['-g', '32'];

const x264 =
  (preset: string, pixels: Coding['pixels']) =>
  (crf: number): Coding => ({
    pixels,
    form: 'h264',
    // x264's note about itself in the first frame is no picture: it is taken out and not counted.
    options: ['-c:v', 'libx264', '-preset', preset, '-crf', `${crf}`, ...SEEKABLE, '-bsf:v', 'filter_units=remove_types=6'],
  });

const svtAv1 = (crf: number): Coding => ({
  pixels: 'yuv420p',
  form: 'ivf',
  options: ['-c:v', 'libsvtav1', '-preset', '8', '-crf', `${crf}`, ...SEEKABLE],
});

/**
 * The encoders of `bench:archive`. Browsers play those with colour at half resolution; 4:4:4 is there to show what that costs.
 *
 * @example
 * ```ts
 * for (const { label } of ARCHIVE_PEERS) console.log(label);
 * ```
 */
export const ARCHIVE_PEERS: readonly ArchivePeer[] = [
  { id: 'h264-veryfast', label: 'H.264 (x264 veryfast)', most: 51, coding: x264('veryfast', 'yuv420p') },
  { id: 'h264-medium', label: 'H.264 (x264 medium)', most: 51, coding: x264('medium', 'yuv420p') },
  { id: 'h264-veryfast-444', label: 'H.264 4:4:4 (x264 veryfast)', most: 51, coding: x264('veryfast', 'yuv444p') },
  { id: 'h264-medium-444', label: 'H.264 4:4:4 (x264 medium)', most: 51, coding: x264('medium', 'yuv444p') },
  { id: 'av1', label: 'AV1 (SVT-AV1 preset 8)', most: 63, coding: svtAv1 },
];
