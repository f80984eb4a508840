import { lumaToDepth, SgapsError, stackedLayout } from '@sgaps/protocol';
import type { PictureSize } from '../viewer/PictureDecoder.js';

/** Formats whose first plane is 8-bit luma. */
const LUMA_FIRST = new Set(['I420', 'I420A', 'I422', 'I422A', 'I444', 'I444A', 'NV12', 'NV12A']);

let ofLuma: Float32Array | undefined;
let ofGrey: Float32Array | undefined;

/**
 * Which of the sizes a frame of colour above depth has. It is padded to even sides and does not say.
 *
 * @throws SgapsError `BYTES_MALFORMED` where it is none of them
 */
export function sizeOfStacked(frame: PictureSize, candidates: readonly PictureSize[]): PictureSize {
  for (const size of candidates) {
    const { width, height } = stackedLayout(size.width, size.height);
    if (width === frame.width && height === frame.height) return size;
  }
  // A size of its own, of which it can only be told that it is even.
  if (frame.width % 2 === 0 && frame.height % 4 === 0) return { width: frame.width, height: frame.height / 2 };
  throw SgapsError.malformed(`picture: ${frame.width}×${frame.height} is no colour above depth`);
}

/**
 * Distances of the depth below a frame's colours, into `out` of W·H.
 *
 * @throws SgapsError `UNSUPPORTED` where this browser gives no pixels of video
 */
export async function readVideoDepth(frame: VideoFrame, size: PictureSize, out: Float32Array): Promise<void> {
  const { depthTop } = stackedLayout(size.width, size.height);
  if (frame.format !== null && LUMA_FIRST.has(frame.format)) {
    const bytes = new Uint8Array(frame.allocationSize());
    const [{ offset, stride }] = await frame.copyTo(bytes);
    ofLuma ??= Float32Array.from({ length: 256 }, (_, luma) => lumaToDepth(luma));
    lookUp(bytes, offset + depthTop * stride, stride, 1, ofLuma, size, out);
    return;
  }
  // Frames that live on a GPU may tell no format: drawn, they are grey.
  const canvas = new OffscreenCanvas(size.width, size.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new SgapsError('UNSUPPORTED', "This browser gives no pixels of video: use encoder 'jpeg+depth'.");
  context.drawImage(frame, 0, depthTop, size.width, size.height, 0, 0, size.width, size.height);
  const { data } = context.getImageData(0, 0, size.width, size.height);
  ofGrey ??= Float32Array.from({ length: 256 }, (_, grey) => lumaToDepth(16 + (219 / 255) * grey));
  lookUp(data, 0, 4 * size.width, 4, ofGrey, size, out);
}

function lookUp(
  from: Uint8Array | Uint8ClampedArray,
  start: number,
  stride: number,
  step: number,
  table: Float32Array,
  { width, height }: PictureSize,
  out: Float32Array,
): void {
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, at = start + y * stride; x < width; x++, at += step) out[to++] = table[from[at]];
  }
}
