/** How the picture is handed to an encoder: colour at half or at full resolution. */
type PeerPixels = 'yuv420p' | 'yuv444p';

/**
 * A realtime video encoder that we are measured against.
 *
 * @example
 * ```ts
 * const peer = PEERS.find(({ id }) => id === 'h264');
 * ```
 */
export interface Peer {
  readonly id: 'h264' | 'vp8' | 'vp9' | 'h264-444' | 'vp9-444';
  readonly label: string;
  readonly pixels: PeerPixels;
  /** ffmpeg's name for the form in which its bytes are counted. */
  readonly form: 'h264' | 'ivf';
  /** True for the two that our figures are held against: what every browser encodes while a game runs. */
  readonly opponent: boolean;
  /** ffmpeg's options for a constant rate in bits per second, buffered over one second as our own budget is. */
  readonly options: (bitsPerSecond: number) => readonly string[];
}

/** A key frame first and none after; nothing ahead is looked at; one thread, so that nothing is lost between slices. */
const LIVE = ['-g', '99999', '-threads', '1'];

const constantRate = (rate: number) => ['-b:v', `${rate}`, '-maxrate', `${rate}`, '-bufsize', `${rate}`];

/** x264's note about itself in the first frame is no picture: it is taken out and not counted. */
const X264 = [
  '-c:v',
  'libx264',
  '-preset',
  'ultrafast',
  '-tune',
  'zerolatency',
  '-bsf:v',
  'filter_units=remove_types=6',
  ...LIVE,
];

const VPX = [
  '-deadline',
  'realtime',
  '-cpu-used',
  '8',
  '-lag-in-frames',
  '0',
  '-auto-alt-ref',
  '0',
  '-error-resilient',
  '0',
  ...LIVE,
];

const x264 = (rate: number) => [...X264, ...constantRate(rate)];
const vpx = (codec: string) => (rate: number) => ['-c:v', codec, ...VPX, ...constantRate(rate), '-minrate', `${rate}`];

/**
 * The encoders of `bench:peers`, opponents first. Those with colour at full resolution are further rows: no browser records them from a canvas
 * by itself (Chromium's WebCodecs takes VP9 with 4:4:4, and Chromium plays both).
 *
 * @example
 * ```ts
 * for (const { label, opponent } of PEERS) console.log(label, opponent);
 * ```
 */
export const PEERS: readonly Peer[] = [
  { id: 'h264', label: 'H.264 (x264 ultrafast, zerolatency)', pixels: 'yuv420p', form: 'h264', opponent: true, options: x264 },
  { id: 'vp8', label: 'VP8 (libvpx realtime)', pixels: 'yuv420p', form: 'ivf', opponent: true, options: vpx('libvpx') },
  { id: 'vp9', label: 'VP9 (libvpx realtime)', pixels: 'yuv420p', form: 'ivf', opponent: false, options: vpx('libvpx-vp9') },
  { id: 'h264-444', label: 'H.264 4:4:4', pixels: 'yuv444p', form: 'h264', opponent: false, options: x264 },
  { id: 'vp9-444', label: 'VP9 4:4:4', pixels: 'yuv444p', form: 'ivf', opponent: false, options: vpx('libvpx-vp9') },
];
