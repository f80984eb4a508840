/**
 * What the bench draws with: an engine and what that draws with.
 *
 * @example
 * ```ts
 * const stage: StageName = 'babylon-webgpu';
 * ```
 */
export type StageName = 'phaser' | 'babylon' | 'babylon-webgpu';

/**
 * A way to get a game's pictures out, or to leave it alone.
 *
 * @example
 * ```ts
 * const { label } = VARIANTS['sgaps'];
 * ```
 */
export interface Variant {
  /** As the tables name it. */
  readonly label: string;
  /** Frames taken per second at most; 0 for none. */
  readonly fps: number;
  readonly stages: readonly StageName[];
}

const ALL: readonly StageName[] = ['phaser', 'babylon', 'babylon-webgpu'];
const WEBGL: readonly StageName[] = ['phaser', 'babylon'];

/**
 * All variants by id, in the order of the tables. `sgaps` is what a game gets that installs the plugin and nothing else.
 *
 * @example
 * ```ts
 * const ids = Object.keys(VARIANTS) as VariantId[];
 * ```
 */
export const VARIANTS = {
  bare: { label: 'bare game', fps: 0, stages: ALL },
  sgaps: { label: 'SGAPS, default preset', fps: 30, stages: ALL },
  'sgaps-main': { label: 'SGAPS, courier on the main thread', fps: 30, stages: ALL },
  'sgaps-worker': { label: 'SGAPS, worker sampler', fps: 10, stages: ALL },
  'sgaps-canvas2d': { label: 'SGAPS, canvas2d sampler', fps: 5, stages: ALL },
  readpixels: { label: 'gl.readPixels, whole frame', fps: 30, stages: WEBGL },
  getimagedata: { label: 'drawImage + getImageData, whole frame', fps: 30, stages: ALL },
  capturestream: { label: 'captureStream alone', fps: 30, stages: ALL },
  'mediarecorder-2500': { label: 'MediaRecorder VP8, 2.5 Mbit/s', fps: 30, stages: ALL },
  'mediarecorder-600': { label: 'MediaRecorder VP8, 600 kbit/s', fps: 30, stages: ALL },
  'webcodecs-vp8': { label: 'WebCodecs VP8, 600 kbit/s', fps: 30, stages: ALL },
  'webcodecs-h264': { label: 'WebCodecs H.264, 600 kbit/s', fps: 30, stages: ALL },
} as const satisfies Record<string, Variant>;

/** A key of `VARIANTS`. */
export type VariantId = keyof typeof VARIANTS;

/**
 * Every variant's id, in the order of the tables.
 *
 * @example
 * ```ts
 * for (const id of VARIANT_IDS) console.log(VARIANTS[id].label);
 * ```
 */
export const VARIANT_IDS = Object.keys(VARIANTS) as VariantId[];

/**
 * True where a stage has a variant.
 *
 * @example
 * ```ts
 * hasVariant('babylon-webgpu', 'readpixels'); // false
 * ```
 */
export function hasVariant(stage: StageName, id: VariantId): boolean {
  return (VARIANTS[id].stages as readonly StageName[]).includes(stage);
}
