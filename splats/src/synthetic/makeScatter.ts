import { type HarmonicDegree, harmonicsOf, makeCloud, type SplatCloud } from '../cloud/SplatCloud.js';
import { setRotation } from '../cloud/setRotation.js';
import { BAND_0, harmonicBasis } from '../reference/harmonics.js';
import { LAMP, ROOM_HIGH, ROOM_LOW, room } from './room.js';
import { SplatRandom } from './SplatRandom.js';
import type { Surface, SurfacePoint } from './surfaces.js';

/** Fractions that part an interval, and a square, evenly whatever the count. */
const GOLDEN = 0.6180339887498949;
const PLASTIC_1 = 0.7548776662466927;
const PLASTIC_2 = 0.5698402909980532;
/** Standard deviation of a splat, of the distance between neighbours, and its thickness, of that. */
const WIDTH = 0.8;
const THICKNESS = 0.1;
/** Share of splats that hang in the air as haze. */
const HAZE = 0.02;
/** How narrow what surfaces mirror is, by band of harmonics. */
const LOBE = [1, 0.7, 0.4, 0.2];

/**
 * A made-up scene of so many splats, the same for the same arguments: a furnished room whose walls, floor and things are covered with flat splats that lie on
 * them, as large as it takes to hide what is behind, whatever their number. Opacities, sizes and shapes are mixed as in trained scenes, some haze is in the air,
 * and with harmonics the things shine. Tests and benches draw it with `scatterCamera`.
 *
 * @param count splats, 0 to 16 million.
 * @param seed a whole number. Default 1.
 * @param degree of the harmonics. Default 0.
 * @throws SgapsError `LIMIT_EXCEEDED` for more than 16 million.
 * @example
 * ```ts
 * const image = renderReference(makeScatter(10_000), scatterCamera(640, 360));
 * ```
 */
export function makeScatter(count: number, seed = 1, degree: HarmonicDegree = 0): SplatCloud {
  const cloud = makeCloud(count, degree);
  const random = new SplatRandom(seed);
  const surfaces = room();
  const area = surfaces.reduce((sum, surface) => sum + surface.area, 0);
  const spacing = Math.sqrt(area / Math.max(1, count));
  const laid = new Float64Array(surfaces.length);
  const [shiftS, shiftT] = [random.next(), random.next()];
  const point: SurfacePoint = {
    position: new Float64Array(3),
    normal: new Float64Array(3),
    colour: new Float64Array(3),
    gloss: 0,
  };
  for (let splat = 0; splat < count; splat++) {
    if (random.next() < HAZE) {
      hang(cloud, splat, spacing, random);
      continue;
    }
    const which = surfaceAt(surfaces, ((splat * GOLDEN) % 1) * area);
    const step = laid[which]++;
    surfaces[which].at((shiftS + step * PLASTIC_1) % 1, (shiftT + step * PLASTIC_2) % 1, point);
    lay(cloud, splat, spacing, point, random);
  }
  return cloud;
}

function surfaceAt(surfaces: readonly Surface[], place: number): number {
  let which = 0;
  for (let left = place; which < surfaces.length - 1 && left >= surfaces[which].area; which++) left -= surfaces[which].area;
  return which;
}

/** A splat that lies on a surface. */
function lay(cloud: SplatCloud, splat: number, spacing: number, point: SurfacePoint, random: SplatRandom): void {
  const { position, normal, colour, gloss } = point;
  const size = WIDTH * spacing * Math.exp(0.35 * random.normal());
  const stretch = Math.exp(random.range(0, 0.5));
  cloud.positions.set(position, 3 * splat);
  cloud.scales[3 * splat] = size * stretch;
  cloud.scales[3 * splat + 1] = size / stretch;
  cloud.scales[3 * splat + 2] = size * THICKNESS;
  turnTo(cloud.rotations, 4 * splat, normal, random.range(0, Math.PI));
  const sort = random.next();
  const opacity = sort < 0.7 ? random.range(0.85, 1) : sort < 0.9 ? random.range(0.4, 0.85) : random.range(0.05, 0.4);
  cloud.opacities[splat] = opacity;
  shade(cloud, splat, point, random.range(0.92, 1.08), gloss, colour);
}

/** A large faint splat in the air. */
function hang(cloud: SplatCloud, splat: number, spacing: number, random: SplatRandom): void {
  for (let axis = 0; axis < 3; axis++) {
    cloud.positions[3 * splat + axis] = random.range(ROOM_LOW[axis], ROOM_HIGH[axis]);
    cloud.scales[3 * splat + axis] = spacing * random.range(0.3, 1.5);
    cloud.harmonics[3 * harmonicsOf(cloud.degree) * splat + axis] = random.range(-0.15, 0.25) / BAND_0;
  }
  setRotation(cloud.rotations, 4 * splat, random.normal(), random.normal(), random.normal(), random.normal());
  cloud.opacities[splat] = random.range(0.02, 0.12);
}

/** The rotation that brings the third axis to a direction, after a turn about itself. */
function turnTo(rotations: Float32Array, at: number, [x, y, z]: Float64Array, turn: number): void {
  const [w, i, j] = z > -0.999999 ? [1 + z, -y, x] : [0, 1, 0];
  const [cos, sin] = [Math.cos(turn / 2), Math.sin(turn / 2)];
  setRotation(rotations, at, w * cos, i * cos + j * sin, j * cos - i * sin, w * sin);
}

/** Colour under the lamp, and, with harmonics, the lamp's mirror image seen from where it would be. */
function shade(
  { degree, harmonics }: SplatCloud,
  splat: number,
  { position, normal }: SurfacePoint,
  brightness: number,
  gloss: number,
  colour: Float64Array,
): void {
  let [x, y, z] = [LAMP[0] - position[0], LAMP[1] - position[1], LAMP[2] - position[2]];
  const distance = Math.sqrt(x * x + y * y + z * z);
  [x, y, z] = [x / distance, y / distance, z / distance];
  const facing = Math.max(0, x * normal[0] + y * normal[1] + z * normal[2]);
  const light = brightness * (0.45 + (0.75 * facing) / (1 + 0.03 * distance * distance));
  const terms = harmonicsOf(degree);
  const first = 3 * terms * splat;
  for (let channel = 0; channel < 3; channel++) harmonics[first + channel] = (light * colour[channel] - 0.5) / BAND_0;
  if (degree === 0) return;
  // Seen along the lamp's ray as the surface throws it back, from the eye to the splat.
  harmonicBasis(degree, x - 2 * facing * normal[0], y - 2 * facing * normal[1], z - 2 * facing * normal[2], lobe);
  for (let term = 1; term < terms; term++) {
    const shine = 0.5 * gloss * facing * LOBE[Math.floor(Math.sqrt(term))] * lobe[term];
    for (let channel = 0; channel < 3; channel++) harmonics[first + 3 * term + channel] = shine;
  }
}

/** Used again for each splat, so that none allocates. */
const lobe = new Float64Array(16);
