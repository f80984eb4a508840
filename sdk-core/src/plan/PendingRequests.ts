import { BLOCK_KIND, BLOCK_SIDE, type CaptureGrid, levelOf, type SampleSet } from '@sgaps/protocol';
import type { Composition } from '../memory/Composition.js';
import { CONFIDENCE_START, MEAN_CONFIDENCE } from '../memory/TemporalMemoryBank.js';
import { MOST_WORD_AGE } from './ModelError.js';

/** Confidence an unanswered question counts for, per kind. */
const EXPECTED = [CONFIDENCE_START + 12, ...MEAN_CONFIDENCE.slice(1)];
/** What it leaves of an error that a model expects. */
const LEFT = 0.1;

interface Request {
  readonly frameId: number;
  readonly viewX: number;
  readonly viewY: number;
  readonly set: SampleSet;
}

/**
 * What has been asked for and not yet answered, so that nothing is asked twice while a request is under way.
 *
 * @example
 * ```ts
 * const pending = new PendingRequests({ width: 320, height: 180 });
 * pending.add(12, camera.viewX, camera.viewY, set);
 * pending.expect(nextViewX, nextViewY, composition);
 * ```
 */
export class PendingRequests {
  /** Also those that were answered within as many frames as a model's word counts for. */
  private requests: Request[] = [];
  private answered = -1;

  constructor(private readonly grid: CaptureGrid) {}

  /** Notes the samples asked of a frame, in which the camera is expected at (viewX, viewY). */
  add(frameId: number, viewX: number, viewY: number, set: SampleSet): void {
    this.requests.push({ frameId, viewX, viewY, set });
  }

  /** Counts as answered what was asked of frame `answered` and before, and forgets what was asked of frame `target`, which is planned anew. */
  drop(answered: number, target: number): void {
    this.answered = answered;
    this.requests = this.requests.filter(({ frameId }) => frameId > answered - MOST_WORD_AGE && frameId !== target);
  }

  /** Counts what was asked for as known in a picture seen from (viewX, viewY). */
  expect(viewX: number, viewY: number, { confidence, age }: Composition): void {
    this.visit(viewX, viewY, this.answered, (from, to, level) => {
      const expected = EXPECTED[level];
      for (let at = from; at < to; at++) {
        if (confidence[at] < expected) confidence[at] = expected;
        age[at] = 0;
      }
    });
  }

  /**
   * Leaves little of an error to expect (W·H) of a picture seen from (viewX, viewY), where all pixels were asked for of frames after `since`: the error is of that one, whatever
   * was answered meanwhile.
   */
  relieve(viewX: number, viewY: number, since: number, error: Float32Array): void {
    this.visit(viewX, viewY, since, (from, to, level) => {
      if (level === 0) for (let at = from; at < to; at++) error[at] *= LEFT;
    });
  }

  /** Calls `row` with the pixels of a row, the last one excluded, that a sample covers which was asked of a frame after `since`. */
  private visit(viewX: number, viewY: number, since: number, row: (from: number, to: number, level: number) => void): void {
    const { width, height } = this.grid;
    for (const { frameId, set, viewX: x, viewY: y } of this.requests) {
      if (frameId <= since) continue;
      const du = Math.round(x - viewX);
      const dv = Math.round(y - viewY);
      for (let i = 0; i < set.count; i++) {
        const level = levelOf(set.kind[i]);
        const side = (set.kind[i] >= BLOCK_KIND ? BLOCK_SIDE : 1) << level;
        const u0 = set.u[i] + du;
        const v0 = set.v[i] + dv;
        // What lay beyond the edge of the frame asked is not answered.
        const left = Math.max(0, u0);
        const right = Math.min(width, width + du, u0 + side);
        const bottom = Math.min(height, height + dv, v0 + side);
        if (right <= left) continue;
        for (let v = Math.max(0, v0); v < bottom; v++) row(v * width + left, v * width + right, level);
      }
    }
  }
}
