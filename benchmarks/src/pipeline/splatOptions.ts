/**
 * What is measured.
 *
 * @example
 * ```ts
 * const options: SplatOptions = { counts: [10_000], sizes: [[1280, 720]], encoders: ['jpeg+depth'], pictures: 30, on: 'auto' };
 * ```
 */
export interface SplatOptions {
  /** Splats of each scene. */
  readonly counts: readonly number[];
  readonly sizes: readonly (readonly [number, number])[];
  readonly encoders: readonly string[];
  /** Pictures measured for each. */
  readonly pictures: number;
  /** What draws. */
  readonly on: 'auto' | 'webgpu' | 'cpu';
}
