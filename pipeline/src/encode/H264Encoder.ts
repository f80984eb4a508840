import { SgapsError, type StackedLayout, stackedLayout } from '@sgaps/protocol';
import type { RenderOutput } from '../scene/SceneRenderer.js';
import { type CheckMemory, checkOutput } from './checkOutput.js';
import type { EncoderOptions } from './EncoderOptions.js';
import type { EncodedPicture, PictureEncoder, PictureHead } from './PictureEncoder.js';
import { videoPictureOf } from './pictureOf.js';
import { planeBytes, stackPlanes } from './stackPlanes.js';
import { offersHardware, VideoStream } from './VideoStream.js';

/** Bits a second that 320×180 needs to look clean, and by which power of the pixels more need more: what is drawn larger has less detail a pixel. */
const BITRATE = 2_000_000;
const BITRATE_PIXELS = 320 * 180;
const BITRATE_GROWTH = 0.75;

/** `h264`: Annex B access units, one for each picture at once, colour above depth (`stackedLayout`). A new size begins a new stream, with a key frame. */
export class H264Encoder implements PictureEncoder {
  readonly #bitrate: number | undefined;
  readonly #memory: CheckMemory = {};
  #hardware: boolean;
  #stream: VideoStream | null = null;
  #layout: StackedLayout = { width: 0, height: 0, depthTop: 0 };
  #planes = new Uint8Array(0);
  #keyWanted = true;
  #disposed = false;

  constructor({ bitrate, hardware = offersHardware() }: EncoderOptions = {}) {
    if (bitrate !== undefined && !(bitrate >= 1000 && bitrate <= 1e9))
      throw new SgapsError('ARGUMENT_INVALID', `H.264 bitrate is ${bitrate}; give 1,000 … 1,000,000,000 bits a second.`);
    this.#bitrate = bitrate;
    this.#hardware = hardware;
  }

  async encode(output: RenderOutput, head: PictureHead): Promise<EncodedPicture> {
    if (this.#disposed) throw new SgapsError('CLOSED', 'The H.264 encoder was disposed of.');
    const picture = checkOutput(output, this.#memory);
    const layout = stackedLayout(picture.width, picture.height);
    if (layout.width !== this.#layout.width || layout.height !== this.#layout.height) {
      this.#endStream();
      this.#layout = layout;
      this.#planes = new Uint8Array(planeBytes(layout));
    }
    stackPlanes(picture, layout, this.#planes);
    const { unit, key } = await this.#unitOf(picture.width * picture.height);
    return videoPictureOf(head, unit, key);
  }

  refresh(): void {
    this.#keyWanted = true;
  }

  dispose(): void {
    this.#disposed = true;
    this.#endStream();
  }

  /** By hardware, if it can; where that fails or keeps pictures back, by software from then on. After a failure the next picture begins a new stream. */
  async #unitOf(pixels: number): Promise<{ unit: Uint8Array; key: boolean }> {
    try {
      this.#stream ??= new VideoStream(this.#layout, this.#bitrate ?? bitrateOf(pixels), this.#hardware);
      const key = this.#keyWanted;
      this.#keyWanted = false;
      return await this.#stream.encode(this.#planes, key);
    } catch (error) {
      this.#endStream();
      if (!this.#hardware || this.#disposed) throw error;
      this.#hardware = false;
      return this.#unitOf(pixels);
    }
  }

  #endStream(): void {
    this.#stream?.close();
    this.#stream = null;
    this.#keyWanted = true;
  }
}

function bitrateOf(pixels: number): number {
  return Math.round(BITRATE * (pixels / BITRATE_PIXELS) ** BITRATE_GROWTH);
}
