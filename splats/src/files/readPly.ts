import { SgapsError } from '@sgaps/protocol';
import { harmonicsOf, MOST_SPLATS, makeCloud, type SplatCloud } from '../cloud/SplatCloud.js';
import { setRotation } from '../cloud/setRotation.js';
import { CORE_COLUMNS, findColumns, type PlyColumns } from './plyColumns.js';
import { type PlyHeader, parsePlyHeader } from './plyHeader.js';
import { afterBinaryElement, BinaryRows, type PlyRows } from './plyRows.js';
import { PlyWords, skipTextElement, TextRows } from './plyText.js';
import { sigmoid, unfitSplat } from './splatValues.js';

/**
 * Splats of a PLY file in the layout of 3DGS: opacities as logits, scales as logarithms, harmonics by channel. Binary of either order or ascii; floats or
 * doubles; properties in any order. What else is there (normals, other elements) is passed over. A splat with a number that is not finite has the
 * file refused by its index and property.
 *
 * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED` (more than 16 million splats, a header above 64 KiB), `UNSUPPORTED` (compressed PLY, degree 4).
 * @example
 * ```ts
 * const cloud = readPly(await readFile('point_cloud.ply'));
 * ```
 */
export function readPly(bytes: Uint8Array): SplatCloud {
  const header = parsePlyHeader(bytes);
  const index = header.elements.findIndex(({ name }) => name === 'vertex');
  if (index < 0) throw SgapsError.malformed('PLY file: it has no element "vertex"');
  const vertex = header.elements[index];
  const columns = findColumns(vertex);
  if (vertex.count > MOST_SPLATS) throw SgapsError.limit('splats', vertex.count, MOST_SPLATS);
  const rows = rowsOf(bytes, header, index, columns);
  const cloud = makeCloud(vertex.count, columns.degree);
  fill(cloud, rows, columns.names);
  return cloud;
}

/** The rows of an element, those of the elements before it being passed over. */
function rowsOf(bytes: Uint8Array, { format, elements, bodyAt }: PlyHeader, index: number, columns: PlyColumns): PlyRows {
  const before = elements.slice(0, index);
  if (format === 'ascii') {
    const words = new PlyWords(bytes, bodyAt);
    for (const element of before) skipTextElement(words, element);
    return new TextRows(words, elements[index], columns.properties);
  }
  const littleEndian = format === 'binary_little_endian';
  let at = bodyAt;
  for (const element of before) at = afterBinaryElement(bytes, at, element, littleEndian);
  return new BinaryRows(bytes, at, elements[index], columns.properties, littleEndian);
}

function fill(cloud: SplatCloud, rows: PlyRows, names: readonly string[]): void {
  const { count, positions, scales, rotations, opacities, harmonics } = cloud;
  const perChannel = harmonicsOf(cloud.degree) - 1;
  const values = new Float64Array(names.length);
  for (let splat = 0; splat < count; splat++) {
    rows.next(values);
    for (let slot = 0; slot < values.length; slot++)
      if (!Number.isFinite(Math.fround(values[slot]))) throw unfitSplat(splat, names[slot], values[slot]);
    for (let axis = 0; axis < 3; axis++) {
      const at = 3 * splat + axis;
      positions[at] = values[axis];
      scales[at] = Math.exp(values[7 + axis]);
      if (scales[at] === Number.POSITIVE_INFINITY) throw unfitSplat(splat, names[7 + axis], values[7 + axis]);
    }
    opacities[splat] = sigmoid(values[6]);
    setRotation(rotations, 4 * splat, values[10], values[11], values[12], values[13]);
    // The file has all coefficients of red, then of green, then of blue.
    const first = 3 * (perChannel + 1) * splat;
    for (let channel = 0; channel < 3; channel++) {
      harmonics[first + channel] = values[3 + channel];
      const rest = CORE_COLUMNS.length + channel * perChannel;
      for (let at = 0; at < perChannel; at++) harmonics[first + 3 * (at + 1) + channel] = values[rest + at];
    }
  }
}
