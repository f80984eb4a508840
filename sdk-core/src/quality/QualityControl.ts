import type { CaptureGrid } from '@sgaps/protocol';
import type { ModelOutput } from '../model/NeuralModel.js';
import type { SessionDecoder } from '../session/SessionDecoder.js';
import { QualityTarget, type QualityTargetOptions } from './QualityTarget.js';
import { SelfQualityAssessment } from './SelfQualityAssessment.js';

/**
 * Keeps a session at a wanted quality: assesses what its decoder rebuilt last and says how many bytes a frame may take from now on.
 *
 * @example
 * ```ts
 * const control = new QualityControl(grid, { psnr: 38, mostBytes: 2560 });
 * decoder.decode(frame);
 * const bytes = control.bytesAfter(decoder);
 * ```
 */
export class QualityControl {
  private readonly assessment: SelfQualityAssessment;
  private readonly target: QualityTarget;

  /** Throws `ARGUMENT_INVALID` for a quality out of range, as `QualityTarget` does. */
  constructor(grid: CaptureGrid, options: QualityTargetOptions) {
    this.assessment = new SelfQualityAssessment(grid);
    this.target = new QualityTarget(options);
  }

  /** Bytes a frame, both ways, after the decoder's newest frame. */
  bytesAfter({ newest, memory }: SessionDecoder): number {
    return newest ? this.target.update(this.assessment.assess(newest, memory.innovations).psnr) : this.target.bytes;
  }

  /** Bytes a frame, both ways, after a frame of which a model said this: its picture is the one to be judged by. */
  bytesAfterModel(output: ModelOutput): number {
    return this.target.update(this.assessment.assessModel(output).psnr);
  }
}
