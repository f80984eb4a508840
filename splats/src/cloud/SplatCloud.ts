import { SgapsError } from '@sgaps/protocol';

/**
 * Splats that a cloud may have.
 *
 * @example
 * ```ts
 * if (count > MOST_SPLATS) refuse();
 * ```
 */
export const MOST_SPLATS = 16_000_000;

/**
 * Degree of the spherical harmonics that colours are made of.
 *
 * @example
 * ```ts
 * const degree: HarmonicDegree = cloud.degree;
 * ```
 */
export type HarmonicDegree = 0 | 1 | 2 | 3;

/**
 * Gaussians in space (P6b), each an array's stretch. The world's axes and unit are the scene's own.
 *
 * @example
 * ```ts
 * const cloud: SplatCloud = await readSplats(bytes, 'garden.ply');
 * console.log(cloud.count, cloud.degree);
 * ```
 */
export interface SplatCloud {
  /** N. */
  readonly count: number;
  readonly degree: HarmonicDegree;
  /** 3·N: centres. */
  readonly positions: Float32Array;
  /** 3·N: standard deviations along the splat's own axes, ≥ 0. */
  readonly scales: Float32Array;
  /** 4·N: unit quaternions w, x, y, z, from the splat's axes to the world's. */
  readonly rotations: Float32Array;
  /** N in [0, 1]: how much the centre hides. */
  readonly opacities: Float32Array;
  /** 3·(degree + 1)²·N: for each splat its coefficients, lowest first, each as red, green, blue. The colour is ½ + their sum, at least 0. */
  readonly harmonics: Float32Array;
}

/**
 * Coefficients of one splat and one channel: 1, 4, 9 or 16.
 *
 * @example
 * ```ts
 * const floats = 3 * harmonicsOf(cloud.degree) * cloud.count;
 * ```
 */
export function harmonicsOf(degree: HarmonicDegree): number {
  return (degree + 1) ** 2;
}

/**
 * An empty cloud of so many splats, all at the origin, without opacity.
 *
 * @throws SgapsError `LIMIT_EXCEEDED` for more than 16 million.
 * @example
 * ```ts
 * const cloud = makeCloud(1000, 0);
 * cloud.positions.set([0, 0, 5], 0);
 * ```
 */
export function makeCloud(count: number, degree: HarmonicDegree): SplatCloud {
  if (count > MOST_SPLATS) throw SgapsError.limit('splats', count, MOST_SPLATS);
  const rotations = new Float32Array(4 * count);
  for (let at = 0; at < rotations.length; at += 4) rotations[at] = 1;
  return {
    count,
    degree,
    positions: new Float32Array(3 * count),
    scales: new Float32Array(3 * count).fill(1),
    rotations,
    opacities: new Float32Array(count),
    harmonics: new Float32Array(3 * harmonicsOf(degree) * count),
  };
}
