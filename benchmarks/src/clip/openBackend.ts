import type { ModelBackend } from '@sgaps/core';
import { createInference } from '@sgaps/server';
import { pino } from 'pino';

/**
 * Names of what fills in: `auto` is the model shipped, where it is installed.
 *
 * @example
 * ```ts
 * const name: ReconstructorName = 'diffusion';
 * ```
 */
export type ReconstructorName = 'auto' | 'diffusion' | 'sgaps-mae';

/**
 * The model that fills in, on the CPU, so that figures are the same everywhere; null where none does: for `diffusion`, and for `auto` where none is installed. No frame is late.
 * Throws `MODEL_NOT_FOUND`, `MODEL_INVALID` or `PROVIDER_UNAVAILABLE`.
 *
 * @example
 * ```ts
 * const model = await openBackend('auto');
 * const figures = await measureClip({ input: 'clip.mkv', model: model?.backend });
 * await model?.close();
 * ```
 */
export async function openBackend(
  reconstructor: ReconstructorName,
  folder?: string,
): Promise<{ readonly backend: ModelBackend; close(): Promise<void> } | null> {
  if (reconstructor === 'diffusion') return null;
  const model = folder ?? (reconstructor === 'sgaps-mae' ? 'sgaps-mae-small' : undefined);
  const service = await createInference({ model, provider: 'cpu' }, pino({ level: 'silent' }));
  return service && { backend: service.open({ lateAfterMs: Number.POSITIVE_INFINITY }), close: () => service.close() };
}
