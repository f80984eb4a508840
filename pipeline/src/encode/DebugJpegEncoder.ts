import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromFloat16, SgapsError } from '@sgaps/protocol';
import sharp from 'sharp';
import type { RenderOutput } from '../scene/SceneRenderer.js';
import type { EncoderOptions } from './EncoderOptions.js';
import { JpegDepthEncoder } from './JpegDepthEncoder.js';
import type { EncodedPicture, PictureEncoder, PictureHead } from './PictureEncoder.js';

const EVERY = 10;

/** `debug`: `jpeg+depth` that saves its first picture and every tenth after it as `frame-<id>.jpg`, and `frame-<id>.depth.png`: white at the camera, black for nothing there. */
export class DebugJpegEncoder implements PictureEncoder {
  readonly #encoder: JpegDepthEncoder;
  readonly #folder: string;
  readonly #warn: (error: SgapsError) => void;
  #count = 0;
  #warned = false;
  #saving: Promise<void> = Promise.resolve();

  constructor(options: EncoderOptions = {}) {
    this.#encoder = new JpegDepthEncoder(options);
    this.#folder = options.folder ?? join(tmpdir(), 'sgaps-frames');
    this.#warn = options.warn ?? ((error) => process.emitWarning(error.message, { code: error.code }));
  }

  async encode(output: RenderOutput, head: PictureHead): Promise<EncodedPicture> {
    const picture = await this.#encoder.encode(output, head);
    if (this.#count++ % EVERY === 0) {
      // One after the other, and no picture waits for them.
      this.#saving = this.#saving.then(() => this.#save(picture, output.width, output.height, head.frameId));
    }
    return picture;
  }

  refresh(): void {
    // Each picture is independent anyway.
  }

  /** Settles once all is saved. */
  async dispose(): Promise<void> {
    await this.#saving;
  }

  async #save({ parts: [, jpeg, depth] }: EncodedPicture, width: number, height: number, frameId: number): Promise<void> {
    const name = join(this.#folder, `frame-${frameId}`);
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(`${name}.jpg`, jpeg);
      if (depth.length > 0) await sharp(greyOf(depth), { raw: { width, height, channels: 1 } }).toFile(`${name}.depth.png`);
    } catch (cause) {
      if (this.#warned) return;
      this.#warned = true;
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#warn(
        new SgapsError('STORAGE_FAILED', `Pictures for debugging cannot be saved in ${this.#folder}: ${reason}`, { cause }),
      );
    }
  }
}

function greyOf(depth: Uint8Array): Uint8Array {
  return Uint8Array.from(new Uint16Array(depth.buffer), (half) => 255 * (1 - fromFloat16(half)));
}
