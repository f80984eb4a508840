import type { RangeEncoder } from '../bytes/RangeEncoder.js';
import type { CaptureGrid } from '../samples/CaptureGrid.js';
import type { SampleSet } from '../samples/SampleSet.js';
import type { FrameState } from '../state/FrameState.js';
import { ChangeMeter } from './ChangeMeter.js';
import { DigestModel, SCROLL_LIMIT } from './DigestModel.js';
import { timeSteps } from './PixelPacket.js';

/** What a digest is made of; a `SampledFrame` is one. */
export interface DigestedFrame {
  readonly frameId: number;
  readonly clientTime: number;
  readonly requestId: number | null;
  readonly state: FrameState;
  readonly samples: SampleSet;
  readonly rgb: Uint8Array;
}

/**
 * Writes the digests of a stream's packets: the half of `PixelPacketEncoder` that tells what changed.
 *
 * @example
 * ```ts
 * const length = digests.write(coder, frames, reset);
 * ```
 */
export class PacketDigestWriter {
  private readonly model: DigestModel;
  private readonly meter: ChangeMeter;

  constructor(grid: CaptureGrid) {
    this.model = new DigestModel(grid);
    this.meter = new ChangeMeter(grid);
  }

  /** Codes the frames of a packet; `reset` where the packet starts its stream afresh. */
  write(coder: RangeEncoder, frames: readonly DigestedFrame[], reset: boolean): void {
    const { model, meter } = this;
    if (reset) {
      model.reset();
      meter.reset();
    }
    model.begin(frames[0].frameId);
    for (const { frameId, clientTime, requestId, state, samples, rgb } of frames) {
      model.codeHead(coder, { frameId, time: timeSteps(clientTime), requestId });
      const [x, y] = scrollOf(state);
      model.codeScroll(coder, x, y);
      if (requestId !== null) meter.measure(samples, rgb, x, y, (u, v, change) => model.codeChange(coder, u, v, change));
    }
  }
}

function scrollOf({ cameras }: FrameState): readonly [number, number] {
  return cameras.length === 0 ? STILL : [wholeOf(cameras[0].viewX), wholeOf(cameras[0].viewY)];
}

const STILL = [0, 0] as const;

/** Never throws on what a game says. */
function wholeOf(view: number): number {
  return Math.min(SCROLL_LIMIT, Math.max(-SCROLL_LIMIT, Math.floor(view + 0.5) || 0));
}
