import { RangeEncoder } from '../bytes/RangeEncoder.js';
import type { FrameState, StateSchema } from './FrameState.js';
import { StateModel } from './StateModel.js';

/**
 * Writes states on their own, each against the last (pixel packets carry states beside samples with the same codec).
 *
 * @example
 * ```ts
 * const encoder = new StateEncoder({ values: [{ name: 'health', type: 'int' }] });
 * const bytes = encoder.encode(state);
 * ```
 */
export class StateEncoder {
  private readonly coder = new RangeEncoder(1024);
  private readonly model: StateModel;

  /** @throws SgapsError `ARGUMENT_INVALID`, `LIMIT_EXCEEDED` for a schema that cannot be coded. */
  constructor(schema: StateSchema) {
    this.model = new StateModel(schema);
  }

  /** Forgets what was sent; the decoder must be reset, too. */
  reset(): void {
    this.model.reset();
  }

  /** Never throws on what a game says: numbers are clamped, lists cut to `LIMITS`. */
  encode(state: FrameState): Uint8Array {
    this.coder.reset();
    this.model.read(state);
    this.model.code(this.coder);
    return this.coder.finish();
  }
}
