import { VARIANTS, type VariantId } from '../../variants.js';
import type { FrameTimer } from '../FrameTimer.js';
import type { Stage } from '../Stage.js';
import type { RunningVariant, VariantContext } from './RunningVariant.js';
import { startGetImageData, startReadPixels } from './readBack.js';
import { startCanvas, startPlugin } from './sgaps.js';
import { startCaptureStream, startMediaRecorder, startVideoEncoder } from './video.js';

type Starter = (context: VariantContext) => RunningVariant | Promise<RunningVariant>;

const STARTERS: Record<VariantId, Starter> = {
  bare: () => ({ counts: () => ({ taken: 0, lost: 0, bytes: 0 }), stop: () => undefined }),
  sgaps: (context) => startPlugin(context, true),
  'sgaps-main': (context) => startPlugin(context, false),
  'sgaps-worker': (context) => startCanvas(context, 'worker'),
  'sgaps-canvas2d': (context) => startCanvas(context, 'canvas2d'),
  readpixels: startReadPixels,
  getimagedata: startGetImageData,
  capturestream: startCaptureStream,
  'mediarecorder-2500': (context) => startMediaRecorder(context, 2_500_000),
  'mediarecorder-600': (context) => startMediaRecorder(context, 600_000),
  'webcodecs-vp8': (context) => startVideoEncoder(context, 'vp8', 600_000),
  'webcodecs-h264': (context) => startVideoEncoder(context, 'avc1.42001f', 600_000),
};

/**
 * Starts a variant between two brackets of the timer, so that what it does at both ends of a frame is measured from outside, hooks
 * included. Rejects where the browser cannot do it.
 *
 * @example
 * ```ts
 * const running = await startVariant('sgaps', stage, timer, 'ws://127.0.0.1:2567');
 * await running.stop();
 * ```
 */
export async function startVariant(id: VariantId, stage: Stage, timer: FrameTimer, endpoint: string): Promise<RunningVariant> {
  const leave = [stage.onBegin(timer.enter), stage.onEnd(timer.enter)];
  const close = () => {
    for (const off of leave.splice(0)) off();
  };
  try {
    // Listeners are called in the order in which they came: the variant's own come between.
    const running = await STARTERS[id]({ stage, timer, endpoint, fps: VARIANTS[id].fps || 30 });
    if (running.end) leave.push(stage.onEnd(() => running.end?.()));
    leave.push(stage.onBegin(timer.leave), stage.onEnd(timer.leave), stage.onEnd(timer.frameOver));
    return {
      ...running,
      stop: async () => {
        close();
        await running.stop();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}
