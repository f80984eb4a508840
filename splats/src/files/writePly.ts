import { SgapsError } from '@sgaps/protocol';
import { harmonicsOf, type SplatCloud } from '../cloud/SplatCloud.js';
import { logit, logScale } from './splatValues.js';

/**
 * A cloud as a PLY file in the layout of 3DGS (binary_little_endian, floats, normals of 0), which all viewers of splats read. Reading it back gives the same
 * positions, rotations and harmonics; scales and opacities within 1e-5 of their values, which are stored as logarithms and logits.
 *
 * @throws SgapsError `ARGUMENT_INVALID` for a splat with a number that is not finite, a scale below 0 or an opacity outside of [0, 1], and for a file above 4 GiB.
 * @example
 * ```ts
 * await writeFile('scatter.ply', writePly(makeScatter(10_000)));
 * ```
 */
export function writePly(cloud: SplatCloud): Uint8Array {
  const { count, positions, scales, rotations, opacities, harmonics } = cloud;
  const perChannel = harmonicsOf(cloud.degree) - 1;
  const names = columnsOf(perChannel);
  const header = new TextEncoder().encode(
    `ply\nformat binary_little_endian 1.0\nelement vertex ${count}\n${names.map((name) => `property float ${name}\n`).join('')}end_header\n`,
  );
  const size = header.length + 4 * names.length * count;
  if (size > 0xffffffff)
    throw new SgapsError('ARGUMENT_INVALID', `${count} splats make a PLY file of ${size} bytes, above 4 GiB.`);
  const bytes = new Uint8Array(size);
  bytes.set(header);
  const view = new DataView(bytes.buffer);
  let at = header.length;
  let splat = 0;
  const put = (value: number, column: number) => {
    if (!Number.isFinite(value))
      throw new SgapsError('ARGUMENT_INVALID', `Splat ${splat} cannot be written: ${names[column]} would be ${value}.`);
    view.setFloat32(at, value, true);
    at += 4;
  };
  for (; splat < count; splat++) {
    let column = 0;
    for (let axis = 0; axis < 3; axis++) put(positions[3 * splat + axis], column++);
    for (let axis = 0; axis < 3; axis++) put(0, column++);
    const first = 3 * (perChannel + 1) * splat;
    for (let channel = 0; channel < 3; channel++) put(harmonics[first + channel], column++);
    for (let channel = 0; channel < 3; channel++)
      for (let degree = 1; degree <= perChannel; degree++) put(harmonics[first + 3 * degree + channel], column++);
    put(logit(opacities[splat]), column++);
    for (let axis = 0; axis < 3; axis++) put(logScale(scales[3 * splat + axis]), column++);
    for (let part = 0; part < 4; part++) put(rotations[4 * splat + part], column++);
  }
  return bytes;
}

function columnsOf(perChannel: number): string[] {
  const rest = Array.from({ length: 3 * perChannel }, (_, index) => `f_rest_${index}`);
  return [
    ...['x', 'y', 'z', 'nx', 'ny', 'nz', 'f_dc_0', 'f_dc_1', 'f_dc_2'],
    ...rest,
    ...['opacity', 'scale_0', 'scale_1', 'scale_2', 'rot_0', 'rot_1', 'rot_2', 'rot_3'],
  ];
}
