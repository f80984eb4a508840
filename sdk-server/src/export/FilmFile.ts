import {
  type EncodedVideoChunk,
  type EncodedVideoChunkMetadata,
  Mp4Muxer,
  VideoEncoder,
  type VideoEncoderConfig,
  type VideoEncoderEncodeOptions,
  VideoFrame,
  WebMMuxer,
} from '@napi-rs/webcodecs';
import { SgapsError } from '@sgaps/protocol';
import type { ExportTarget } from './ExportTarget.js';
import type { ExportPlan } from './exportPlan.js';
import type { PictureWriter } from './PictureWriter.js';
import { toI420 } from './toI420.js';

/** H.264, bits of a picture for each pixel recorded and for each of the film, whichever is less: rebuilt frames are grainy, and keep 35 dB at it. */
const BITS_PER_RECORDED = 5;
const BITS_PER_PIXEL = 3;
const LEAST_BITS_PER_SECOND = 500_000;
/** The most of level 4.0. */
const MOST_BITS_PER_SECOND = 24_000_000;
/** VP9's, 0 … 255: as good as the above. */
const QUANTIZER = 60;
/** Between pictures that one can go to, ms. */
const KEY_EVERY = 2_000;
/** Pictures that may wait for the encoder. */
const MOST_WAITING = 4;
/** A film that would be larger is written piece by piece: a file with its index first is in memory, some times over, until it is whole. */
const MOST_IN_MEMORY = 128 * 1024 * 1024;
/** Bytes that the muxer may hold between two pictures. */
const STREAM_BUFFER = 16 * 1024 * 1024;

/**
 * An MP4 of H.264, or a WebM of VP9.
 *
 * @example
 * ```ts
 * const film = new FilmFile(plan, grid.width * grid.height, target);
 * await film.write(rgb);
 * await film.finish();
 * ```
 */
export class FilmFile implements PictureWriter {
  readonly #plan: ExportPlan;
  readonly #target: ExportTarget;
  readonly #streams: boolean;
  readonly #muxer: Mp4Muxer | WebMMuxer;
  readonly #encoder: VideoEncoder;
  readonly #config: VideoEncoderConfig;
  readonly #planes: Uint8Array;
  #index = 0;
  #keyAt = 0;
  #trackAdded = false;
  #failure: Error | null = null;

  /** `recorded`: pixels of a frame of the recording. */
  constructor(plan: ExportPlan, recorded: number, target: ExportTarget) {
    this.#plan = plan;
    this.#target = target;
    const { format, width, height, period, frames } = plan;
    this.#planes = new Uint8Array((3 * width * height) / 2);
    const perPicture = Math.min(BITS_PER_RECORDED * recorded, BITS_PER_PIXEL * width * height);
    const bitrate = Math.min(MOST_BITS_PER_SECOND, Math.max(LEAST_BITS_PER_SECOND, Math.round((perPicture * 1000) / period)));
    this.#streams = (bitrate / 8) * ((frames * period) / 1000) > MOST_IN_MEMORY;
    const streaming = this.#streams ? { bufferCapacity: STREAM_BUFFER } : undefined;
    this.#muxer =
      format === 'mp4'
        ? new Mp4Muxer({ fastStart: !this.#streams, fragmented: this.#streams, streaming })
        : new WebMMuxer({ live: this.#streams, streaming });
    this.#config = {
      ...(format === 'mp4'
        ? { codec: h264(width, height, 1000 / period), bitrate, bitrateMode: 'variable' as const }
        : { codec: 'vp09.00.41.08', bitrateMode: 'quantizer' as const }),
      width,
      height,
      // A hair less than a whole number would be taken for the one below.
      framerate: format === 'mp4' ? Math.round(1000 / period) : 1000 / period,
      latencyMode: 'quality',
      hardwareAcceleration: 'prefer-software',
    };
    this.#encoder = new VideoEncoder({
      output: (chunk, metadata) => this.#take(chunk, metadata),
      error: (error) => {
        this.#failure ??= error;
      },
    });
    this.#encoder.configure(this.#config);
  }

  async write(rgb: Uint8ClampedArray | null): Promise<void> {
    const { format, width, height, period } = this.#plan;
    if (rgb) toI420(rgb, width, height, this.#planes);
    const time = this.#index++ * period;
    const options: VideoEncoderEncodeOptions = format === 'webm' ? { vp9: { quantizer: QUANTIZER } } : {};
    if (time >= this.#keyAt) {
      options.keyFrame = true;
      this.#keyAt += KEY_EVERY;
    }
    const frame = new VideoFrame(this.#planes, {
      format: 'I420',
      codedWidth: width,
      codedHeight: height,
      timestamp: Math.round(1000 * time),
      duration: Math.round(1000 * period),
    });
    this.#encoder.encode(frame, options);
    frame.close();
    while (this.#encoder.encodeQueueSize > MOST_WAITING && !this.#failure) {
      await new Promise<void>((resolve) => this.#encoder.addEventListener('dequeue', () => resolve(), { once: true }));
    }
    this.#check();
    await this.#drain();
  }

  async finish(): Promise<void> {
    await this.#encoder.flush();
    this.#check();
    const whole = this.#muxer.finalize();
    if (this.#streams) await this.#drain();
    else await this.#target.write(whole);
  }

  dispose(): void {
    if (this.#encoder.state !== 'closed') this.#encoder.close();
    this.#muxer.close();
  }

  #take(chunk: EncodedVideoChunk, metadata?: EncodedVideoChunkMetadata): void {
    try {
      if (!this.#trackAdded) {
        // What a track says of its codec is known with its first picture.
        const { codec, width, height, framerate } = this.#config;
        this.#muxer.addVideoTrack({ codec, width, height, framerate, description: metadata?.decoderConfig?.description });
        this.#trackAdded = true;
      }
      this.#muxer.addVideoChunk(chunk, metadata);
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
    }
  }

  async #drain(): Promise<void> {
    if (!this.#streams) return;
    for (let piece = this.#muxer.read(); piece && piece.length > 0; piece = this.#muxer.read()) await this.#target.write(piece);
  }

  #check(): void {
    if (!this.#failure) return;
    const { format, width, height } = this.#plan;
    throw new SgapsError('UNSUPPORTED', `The ${format} encoder gave up at ${width}×${height}: ${this.#failure.message}`, {
      cause: this.#failure,
    });
  }
}

/** High profile, at the lowest level that allows this. */
function h264(width: number, height: number, fps: number): string {
  const blocks = Math.ceil(width / 16) * Math.ceil(height / 16);
  if (blocks <= 8_192 && blocks * fps <= 245_760) return 'avc1.640028';
  return blocks * fps <= 983_040 ? 'avc1.640033' : 'avc1.640034';
}
