import { RangeDecoder } from '../bytes/RangeDecoder.js';
import type { FrameState, StateSchema } from './FrameState.js';
import { StateModel } from './StateModel.js';

/**
 * Reads what `StateEncoder` wrote, in order. After a throw both ends must be reset.
 *
 * @example
 * ```ts
 * const state = new StateDecoder(schema).decode(bytes);
 * ```
 */
export class StateDecoder {
  private readonly model: StateModel;

  /** @throws SgapsError `ARGUMENT_INVALID`, `LIMIT_EXCEEDED` for a schema that cannot be coded. */
  constructor(schema: StateSchema) {
    this.model = new StateModel(schema);
  }

  /** Forgets what was read. */
  reset(): void {
    this.model.reset();
  }

  /** @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED` */
  decode(bytes: Uint8Array): FrameState {
    const coder = new RangeDecoder(bytes);
    this.model.code(coder);
    coder.end();
    return this.model.state();
  }
}
