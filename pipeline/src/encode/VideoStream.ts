import { type EncodedVideoChunk, getAvailableHardwareAccelerators, VideoEncoder, VideoFrame } from '@napi-rs/webcodecs';
import { SgapsError, type StackedLayout } from '@sgaps/protocol';

/** High profile; the level is a ceiling, the stream tells its own. */
const CODEC = 'avc1.640034';
const FPS = 30;
const FRAME_US = 1_000_000 / FPS;
/** How long a picture may take. Hardware that has not answered by then keeps pictures until more come, which is of no use to somebody who waits for this one. */
const HARDWARE_MS = 1000;
const SOFTWARE_MS = 10_000;

interface Waiting {
  resolve(result: { unit: Uint8Array; key: boolean }): void;
  reject(error: SgapsError): void;
}

/** True where the machine has a video encoder in hardware, or what looks like one. */
export function offersHardware(): boolean {
  return getAvailableHardwareAccelerators().length > 0;
}

/** One H.264 stream of one size: an access unit for each picture, at once. The work is done on a thread of the library's. */
export class VideoStream {
  readonly #encoder: VideoEncoder;
  readonly #layout: StackedLayout;
  readonly #patience: number;
  #waiting: Waiting | null = null;
  #failed: SgapsError | null = null;
  #count = 0;

  constructor(layout: StackedLayout, bitrate: number, hardware: boolean) {
    this.#layout = layout;
    this.#patience = hardware ? HARDWARE_MS : SOFTWARE_MS;
    this.#encoder = new VideoEncoder({
      output: (chunk) => this.#take(chunk),
      error: (cause) => {
        this.#failed = this.#failure(cause.message, cause);
        this.#waiting?.reject(this.#failed);
      },
    });
    try {
      this.#configure(bitrate, hardware);
    } catch (cause) {
      this.#failed = this.#failure(String(cause), cause);
    }
  }

  /** Encodes an I420 picture; called anew only once it has settled. */
  async encode(planes: Uint8Array, key: boolean): Promise<{ unit: Uint8Array; key: boolean }> {
    if (this.#failed) throw this.#failed;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting = { resolve, reject };
        // Also keeps the process alive: the library's callbacks do not.
        timer = setTimeout(() => reject(this.#failure(`no picture within ${this.#patience} ms`)), this.#patience);
        this.#submit(planes, key);
      });
    } catch (error) {
      throw error instanceof SgapsError ? error : this.#failure(String(error), error);
    } finally {
      clearTimeout(timer);
      this.#waiting = null;
    }
  }

  close(): void {
    this.#waiting?.reject(new SgapsError('CLOSED', 'The H.264 stream was closed while it encoded a picture.'));
    // One that failed has closed itself, and would throw.
    if (this.#encoder.state !== 'closed') this.#encoder.close();
  }

  #configure(bitrate: number, hardware: boolean): void {
    this.#encoder.configure({
      codec: CODEC,
      width: this.#layout.width,
      height: this.#layout.height,
      bitrate,
      // The library takes each picture for 1/30 s, whatever its timestamp says.
      framerate: FPS,
      bitrateMode: 'constant',
      // No B-frames, no looking ahead, a key frame at least every tenth picture.
      latencyMode: 'realtime',
      hardwareAcceleration: hardware ? 'prefer-hardware' : 'prefer-software',
      avc: { format: 'annexb' },
    });
  }

  #submit(planes: Uint8Array, key: boolean): void {
    // It could not be configured; why comes to its error callback.
    if (this.#encoder.state === 'closed') return;
    const { width, height } = this.#layout;
    const timestamp = Math.round(this.#count++ * FRAME_US);
    const frame = new VideoFrame(planes, { format: 'I420', codedWidth: width, codedHeight: height, timestamp });
    try {
      this.#encoder.encode(frame, { keyFrame: key });
    } finally {
      frame.close();
    }
  }

  #take(chunk: EncodedVideoChunk): void {
    const unit = new Uint8Array(chunk.byteLength);
    chunk.copyTo(unit);
    this.#waiting?.resolve({ unit, key: chunk.type === 'key' });
  }

  #failure(reason: string, cause?: unknown): SgapsError {
    const { width, height } = this.#layout;
    return new SgapsError('UNSUPPORTED', `H.264 of ${width}×${height} failed: ${reason}. Use jpeg+depth here.`, { cause });
  }
}
