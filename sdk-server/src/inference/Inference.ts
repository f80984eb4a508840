import type { ModelBackend } from '@sgaps/core';
import type { InferenceFigures } from './InferenceFigures.js';

/**
 * What runs the model that fills in: in this process (`InferenceService`), or in one that several share (`RemoteInference`).
 *
 * @example
 * ```ts
 * const backend = inference.open(); // one per session
 * const output = await backend.run(grid, planes);
 * ```
 */
export interface Inference {
  /** Id of the model, name@version. */
  readonly id: string;
  /** A backend for one session; see `InferenceService.open`. */
  open(options?: { readonly lateAfterMs?: number }): ModelBackend;
  figures(): InferenceFigures;
  /** Nothing runs the model now. */
  readonly down: boolean;
  close(): Promise<void>;
}
