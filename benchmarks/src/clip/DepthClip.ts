import { SgapsError } from '@sgaps/protocol';
import { probeVideo } from '../video/probeVideo.js';
import { readFrames } from '../video/readFrames.js';

/**
 * The depth video beside a clip (`CLIP.depth.mkv`, gray10): one picture of depth codes, 0 … 1023, per frame of the clip.
 *
 * @example
 * ```ts
 * const depth = await DepthClip.open('clip.depth.mkv', { width: 320, height: 180 });
 * const codes = await depth.next();
 * await depth.close();
 * ```
 */
export class DepthClip {
  private readonly frames: AsyncGenerator<Uint8Array>;

  private constructor(
    readonly path: string,
    size: { readonly width: number; readonly height: number },
  ) {
    this.frames = readFrames(path, size, { format: 'gray10le' });
  }

  /** Throws `NOT_FOUND`, `BYTES_MALFORMED` where it is no video, `ARGUMENT_INVALID` where it is of another size. */
  static async open(path: string, size: { readonly width: number; readonly height: number }): Promise<DepthClip> {
    const { width, height } = await probeVideo(path);
    if (width !== size.width || height !== size.height) {
      throw new SgapsError('ARGUMENT_INVALID', `${path} is ${width}×${height}, its clip is ${size.width}×${size.height}.`);
    }
    return new DepthClip(path, size);
  }

  /** The next picture, in a buffer of its own. Throws `BYTES_TRUNCATED` where there is none. */
  async next(): Promise<Uint16Array> {
    const { value, done } = await this.frames.next();
    if (done) throw SgapsError.truncated(`the depth video ${this.path}: it has fewer frames than its clip`);
    const { buffer, byteOffset, length } = value;
    return new Uint16Array(buffer, byteOffset, length / 2);
  }

  /** Ends the reading. */
  async close(): Promise<void> {
    await this.frames.return(undefined);
  }
}
