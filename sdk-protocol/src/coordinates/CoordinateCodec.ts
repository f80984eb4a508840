import { RangeEncoder } from '../bytes/RangeEncoder.js';
import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { QUANTISER_LIMIT } from '../pixels/blockSteps.js';
import { expandedCount } from '../samples/blockPlaces.js';
import type { CaptureGrid } from '../samples/CaptureGrid.js';
import { BLOCK_KIND, isSampleKind, SampleKind, type SampleRequest } from '../samples/SampleSet.js';
import { COORDINATE_VERSION, CoordinateBody, Density, Form, type FormChoice, SEEDED_LIMIT } from './CoordinateBody.js';
import { CoordinateDecoder } from './CoordinateDecoder.js';
import { findLattice, type Group } from './groupForms.js';
import { packRaw } from './packRaw.js';
import { DENSITY_CELLS } from './SampleExpander.js';

/** Groups larger than this are not tried in forms that keep any order when a sorted form fits. */
const TRY_ALL = 64;
/** A group of squares with no more than one pixel in so many left over is written as squares untried. */
const LEFT_OVER = 16;

/**
 * The coordinate codec (S14): requests to bytes and back. Runs of one tier and kind are each written in the smallest of
 * six forms (grid, rectangles, squares, cluster, raw, sorted), lossless and in order; groups in raster order cost least.
 *
 * @example
 * ```ts
 * const codec = new CoordinateCodec({ width: 320, height: 180 });
 * const bytes = codec.encode([request]);
 * const [same] = codec.decode(bytes);
 * const set = codec.expand(same);
 * ```
 */
export class CoordinateCodec extends CoordinateDecoder {
  private readonly coder = new RangeEncoder(4096);
  private readonly trial = new RangeEncoder(4096);
  private readonly trialBody: CoordinateBody;

  /** @throws SgapsError `ARGUMENT_INVALID`, `LIMIT_EXCEEDED` for a grid outside the limits */
  constructor(grid: CaptureGrid) {
    super(grid);
    this.trialBody = new CoordinateBody(grid);
  }

  /**
   * Writes a coordinate packet of 1 … 16 requests.
   *
   * @throws SgapsError `ARGUMENT_INVALID`, `LIMIT_EXCEEDED` for requests that cannot be coded
   */
  encode(requests: readonly SampleRequest[]): Uint8Array {
    if (requests.length < 1 || requests.length > LIMITS.framesPerPacket) {
      throw SgapsError.limit('requests in a coordinate packet', requests.length, LIMITS.framesPerPacket);
    }
    for (const request of requests) this.check(request);
    const { coder, body } = this;
    coder.reset();
    body.reset();
    let expected = 0;
    for (const request of requests) {
      body.codeRequest(
        coder,
        request,
        expected,
        (group) => this.chooseForm(group),
        (density) => this.chooseDensity(density),
      );
      expected = request.frameId + 1;
    }
    const coded = coder.finish();
    if (coded.length + 1 > LIMITS.coordinatePacketBytes) {
      throw SgapsError.limit('coordinate packet bytes', coded.length + 1, LIMITS.coordinatePacketBytes);
    }
    const bytes = new Uint8Array(coded.length + 1);
    bytes[0] = (COORDINATE_VERSION << 4) | (requests.length - 1);
    bytes.set(coded, 1);
    return bytes;
  }

  private chooseForm(group: Group): FormChoice {
    const lattice = findLattice(group, this.grid.width);
    if (lattice !== null && group.count > 2) return { form: Form.grid, lattice, raw: null };
    const rising = isRising(group);
    const choices: FormChoice[] = [];
    // The corners of blocks never make rectangles.
    const rectangles = rising && group.kind < BLOCK_KIND && this.body.rectangles.find(group.keys, group.count);
    const squareCoder = this.body.squaresOf(group.kind);
    if (rising && squareCoder.find(group.keys, group.count)) {
      const squares = { form: Form.squares, lattice: null, raw: null };
      // Nothing beats squares for a set made of them; trying the rest would cost more time than all else.
      if (!rectangles && squareCoder.left * LEFT_OVER <= group.count) return squares;
      choices.push(squares);
    }
    if (rising) choices.push({ form: Form.sorted, lattice: null, raw: null });
    if (rectangles) choices.push({ form: Form.rectangles, lattice: null, raw: null });
    if (!rising || group.count <= TRY_ALL) choices.push({ form: Form.cluster, lattice: null, raw: null });
    if (!rising) choices.push({ form: Form.raw, lattice: null, raw: packRaw(group, this.grid) });
    return this.smallest(choices, (body, choice) => body.codeGroup(this.trial, group, choice));
  }

  private chooseDensity(density: Uint8Array): number {
    const { lastDensity } = this.body;
    if (density.every((weight, cell) => weight === lastDensity[cell])) return Density.same;
    if (density.every((weight) => weight === density[0])) return Density.even;
    return this.smallest([Density.smooth, Density.plain], (body, form) => body.codeDensity(this.trial, density, form));
  }

  /** Tries each choice on a copy of the codec and keeps the shortest. */
  private smallest<T>(choices: readonly T[], write: (body: CoordinateBody, choice: T) => void): T {
    let best = choices[0];
    if (choices.length === 1) return best;
    let least = Number.POSITIVE_INFINITY;
    for (const choice of choices) {
      this.trial.reset();
      this.trialBody.learnFrom(this.body);
      write(this.trialBody, choice);
      const bytes = this.trial.finish().length;
      if (bytes < least) {
        least = bytes;
        best = choice;
      }
    }
    return best;
  }

  private check(request: SampleRequest): void {
    const { frameId, explicit, seeded } = request;
    const { quantiser, budget } = explicit;
    if (!isU32(frameId)) throw new SgapsError('ARGUMENT_INVALID', `Frame id ${frameId} must be an unsigned 32-bit integer.`);
    if (!Number.isInteger(quantiser) || quantiser < 0 || quantiser > QUANTISER_LIMIT || !(budget >= 0)) {
      throw new SgapsError(
        'ARGUMENT_INVALID',
        `Quantiser ${quantiser} must be a whole number 0 … ${QUANTISER_LIMIT}, and budget ${budget} no less than 0.`,
      );
    }
    if (seeded.length > SEEDED_LIMIT) throw SgapsError.limit('seeded sets', seeded.length, SEEDED_LIMIT);
    let total = expandedCount(explicit);
    for (const { seed, count, kind, tier, density } of seeded) {
      const valid = isU32(seed) && isU32(count) && kind >= 0 && kind <= SampleKind.mean4 && tier >= 0 && tier <= 3;
      if (!valid || density.length !== DENSITY_CELLS || density.some((weight) => weight > 15)) {
        throw new SgapsError(
          'ARGUMENT_INVALID',
          `A seeded set needs a u32 seed and count, kind 0 … 4, tier 0 … 3 and ${DENSITY_CELLS} weights 0 … 15.`,
        );
      }
      total += count;
    }
    if (total > LIMITS.samplesPerFrame) throw SgapsError.limit('samples', total, LIMITS.samplesPerFrame);
    const { width, height } = this.grid;
    const { count, u, v, kind, tier } = explicit;
    for (let i = 0, known = -1; i < count; i++) {
      if (kind[i] !== known && isSampleKind(kind[i])) known = kind[i];
      if (u[i] >= width || v[i] >= height || kind[i] !== known || tier[i] > 3) {
        throw new SgapsError(
          'ARGUMENT_INVALID',
          `Sample ${i} (${u[i]}, ${v[i]}), kind ${kind[i]}, tier ${tier[i]} cannot be asked for on a ${width}×${height} grid.`,
        );
      }
    }
  }
}

function isRising(group: Group): boolean {
  for (let i = 1; i < group.count; i++) if (group.keys[i] <= group.keys[i - 1]) return false;
  return true;
}

function isU32(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
}
