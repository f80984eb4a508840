import { SgapsError } from '@sgaps/protocol';
import type { HarmonicDegree } from '../cloud/SplatCloud.js';
import type { PlyElement } from './plyHeader.js';

/** Properties that each splat of the 3DGS layout has, in the order in which rows are read. */
export const CORE_COLUMNS = [
  'x',
  'y',
  'z',
  'f_dc_0',
  'f_dc_1',
  'f_dc_2',
  'opacity',
  'scale_0',
  'scale_1',
  'scale_2',
  'rot_0',
  'rot_1',
  'rot_2',
  'rot_3',
] as const;

/** Degree by the number of `f_rest_` properties. */
const DEGREES: ReadonlyMap<number, HarmonicDegree> = new Map([
  [0, 0],
  [9, 1],
  [24, 2],
  [45, 3],
]);

/** What is read of each row. */
export interface PlyColumns {
  readonly degree: HarmonicDegree;
  /** `CORE_COLUMNS`, then f_rest_0, f_rest_1, … */
  readonly names: readonly string[];
  /** Which of the element's properties each is. */
  readonly properties: readonly number[];
}

/**
 * Finds the columns of the 3DGS layout among an element's properties.
 *
 * @throws SgapsError `BYTES_MALFORMED` where one is missing, twice there or not a float; `UNSUPPORTED` for a packed layout or a degree above 3.
 */
export function findColumns({ properties }: PlyElement): PlyColumns {
  const places = new Map<string, number>();
  for (const [index, { name }] of properties.entries()) {
    if (places.has(name)) throw SgapsError.malformed('PLY header: a property of "vertex" is there twice');
    places.set(name, index);
  }
  if (places.has('packed_position'))
    throw new SgapsError('UNSUPPORTED', 'A compressed PLY (packed_position) is not read. Save it as an uncompressed one.');
  const rest = properties.filter(({ name }) => /^f_rest_\d+$/.test(name)).length;
  const degree = DEGREES.get(rest);
  if (degree === undefined) {
    if (rest === 72) throw new SgapsError('UNSUPPORTED', 'Spherical harmonics of degree 4 are not drawn; 3 is the highest.');
    throw SgapsError.malformed(`PLY header: ${rest} properties f_rest_, where 0, 9, 24 or 45 make a degree`);
  }
  const names = [...CORE_COLUMNS, ...Array.from({ length: rest }, (_, index) => `f_rest_${index}`)];
  const found = names.map((name) => {
    const index = places.get(name);
    if (index === undefined) throw SgapsError.malformed(`PLY header: "vertex" has no property ${name}, so it holds no splats`);
    const { type, lengthType } = properties[index];
    if (lengthType || (type !== 'float32' && type !== 'float64'))
      throw SgapsError.malformed(`PLY header: property ${name} must be a float or a double, not ${lengthType ? 'a list' : type}`);
    return index;
  });
  return { degree, names, properties: found };
}
