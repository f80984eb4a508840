import { NamedFactories } from '../extensions/NamedFactories.js';
import type { EncoderOptions } from './EncoderOptions.js';
import type { PictureEncoder } from './PictureEncoder.js';

/**
 * Makes an encoder for one channel.
 *
 * @example
 * ```ts
 * const factory: EncoderFactory = (options) => new MyEncoder(options.quality);
 * ```
 */
export type EncoderFactory = (options: EncoderOptions) => PictureEncoder | Promise<PictureEncoder>;

// Loaded when first asked for: sharp and the video encoder are large native libraries.
const encoders = new NamedFactories<EncoderFactory>('encoder', {
  'jpeg+depth': async (options) => new (await import('./JpegDepthEncoder.js')).JpegDepthEncoder(options),
  'jpeg+depth+alpha': async (options) => new (await import('./JpegDepthEncoder.js')).JpegDepthEncoder(options, true),
  h264: async (options) => new (await import('./H264Encoder.js')).H264Encoder(options),
  raw: async () => new (await import('./RawEncoder.js')).RawEncoder(),
  debug: async (options) => new (await import('./DebugJpegEncoder.js')).DebugJpegEncoder(options),
});

/**
 * Adds an encoder by a name that viewers can ask for.
 *
 * @throws SgapsError `ARGUMENT_INVALID` for a name that is none, or is taken
 * @example
 * ```ts
 * registerEncoder('my-encoder', (options) => new MyEncoder(options));
 * ```
 */
export function registerEncoder(name: string, factory: EncoderFactory): void {
  encoders.add(name, factory);
}

/**
 * Makes an encoder: `jpeg+depth`, `jpeg+depth+alpha`, `h264`, `raw`, `debug`, or one that was registered.
 *
 * @throws SgapsError `NOT_FOUND`, and what the encoder throws
 * @example
 * ```ts
 * const encoder = await createEncoder('jpeg+depth', { quality: 80 });
 * ```
 */
export async function createEncoder(name: string, options: EncoderOptions = {}): Promise<PictureEncoder> {
  return encoders.get(name)(options);
}

/**
 * The names of all encoders.
 *
 * @example
 * ```ts
 * encoderNames(); // ['debug', 'h264', 'jpeg+depth', 'jpeg+depth+alpha', 'raw']
 * ```
 */
export function encoderNames(): string[] {
  return encoders.names();
}
