/**
 * What H.264 pictures are encoded in, for a `VideoDecoder`: the stream itself does not say.
 *
 * @example
 * ```ts
 * decoder.configure({ codec: 'avc1.640034', optimizeForLatency: true, colorSpace: STACKED_COLOUR_SPACE });
 * ```
 */
export const STACKED_COLOUR_SPACE = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false } as const;

/**
 * Where colour and depth lie in an H.264 picture.
 *
 * @example
 * ```ts
 * const { depthTop }: StackedLayout = stackedLayout(320, 180);
 * ```
 */
export interface StackedLayout {
  /** Of the coded picture. */
  readonly width: number;
  readonly height: number;
  /** The row at which depth begins. */
  readonly depthTop: number;
}

/**
 * The layout of an H.264 picture of colour over depth: each half padded to even sides at its right and bottom, since chroma has half the resolution.
 *
 * @example
 * ```ts
 * stackedLayout(321, 181); // { width: 322, height: 364, depthTop: 182 }
 * ```
 */
export function stackedLayout(width: number, height: number): StackedLayout {
  const depthTop = height + (height % 2);
  return { width: width + (width % 2), height: 2 * depthTop, depthTop };
}
