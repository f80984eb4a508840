import { SIZE } from '../Stage.js';
import { pace, type RunningVariant, type VariantContext } from './RunningVariant.js';

/** Frames an encoder may have waiting before the next is dropped, as live encoders do. */
const QUEUE = 2;
/** Seconds between key frames. */
const KEY_EVERY = 10;

/**
 * A media stream of the canvas that nobody looks at.
 *
 * @example
 * ```ts
 * const running = startCaptureStream(context);
 * ```
 */
export function startCaptureStream({ stage, fps, timer }: VariantContext): RunningVariant {
  const stream = timer.run(() => stage.canvas.captureStream(fps));
  return {
    counts: () => ({ taken: 0, lost: 0, bytes: 0 }),
    stop: () => stopStream(stream),
  };
}

/**
 * `MediaRecorder` on the canvas' stream.
 *
 * @example
 * ```ts
 * const running = startMediaRecorder(context, 2_500_000);
 * ```
 */
export function startMediaRecorder({ stage, fps, timer }: VariantContext, bitsPerSecond: number): RunningVariant {
  const mimeType = 'video/webm;codecs=vp8';
  if (!MediaRecorder.isTypeSupported(mimeType)) throw new Error(`This browser records no ${mimeType}.`);
  const stream = stage.canvas.captureStream(fps);
  const recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: bitsPerSecond });
  let bytes = 0;
  const nextData = () =>
    new Promise<void>((resolve) => recorder.addEventListener('dataavailable', () => resolve(), { once: true }));
  recorder.addEventListener('dataavailable', ({ data }) =>
    timer.run(() => {
      bytes += data.size;
    }),
  );
  recorder.start(500);
  return {
    settle: async () => {
      const came = nextData();
      recorder.requestData();
      await came;
    },
    counts: () => ({ taken: 0, lost: 0, bytes }),
    stop: async () => {
      const stopped = new Promise<void>((resolve) => recorder.addEventListener('stop', () => resolve(), { once: true }));
      recorder.stop();
      await stopped;
      stopStream(stream);
    },
  };
}

/**
 * `VideoEncoder` in its realtime mode on frames of the canvas.
 *
 * @example
 * ```ts
 * const running = await startVideoEncoder(context, 'vp8', 600_000);
 * ```
 */
export async function startVideoEncoder(
  { stage, fps, timer }: VariantContext,
  codec: string,
  bitsPerSecond: number,
): Promise<RunningVariant> {
  const config: VideoEncoderConfig = { codec, ...SIZE, bitrate: bitsPerSecond, framerate: fps, latencyMode: 'realtime' };
  if (codec.startsWith('avc1')) config.avc = { format: 'annexb' };
  const { supported } = await VideoEncoder.isConfigSupported(config);
  if (!supported) throw new Error(`This browser encodes no ${codec}.`);
  let [taken, lost, bytes] = [0, 0, 0];
  let failure: Error | null = null;
  const encoder = new VideoEncoder({
    output: (chunk) =>
      timer.run(() => {
        bytes += chunk.byteLength;
      }),
    error: (error) => {
      failure = error;
    },
  });
  encoder.configure(config);
  const isDue = pace(fps);
  return {
    end: () => {
      if (failure) throw failure;
      if (!isDue()) return;
      if (encoder.encodeQueueSize > QUEUE) {
        lost++;
        return;
      }
      const frame = new VideoFrame(stage.canvas, { timestamp: Math.round(1000 * performance.now()) });
      encoder.encode(frame, { keyFrame: taken % (KEY_EVERY * fps) === 0 });
      frame.close();
      taken++;
    },
    counts: () => ({ taken, lost, bytes }),
    stop: async () => {
      await encoder.flush();
      encoder.close();
    },
  };
}

function stopStream(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
