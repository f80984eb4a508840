import { RangeDecoder } from '../bytes/RangeDecoder.js';
import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { assertCaptureGrid, type CaptureGrid } from '../samples/CaptureGrid.js';
import type { SampleRequest, SampleSet } from '../samples/SampleSet.js';
import { COORDINATE_VERSION, CoordinateBody, type FormChoice } from './CoordinateBody.js';
import { SampleExpander } from './SampleExpander.js';

/**
 * The reading half of the coordinate codec (S14): all that a client needs. Bytes are untrusted.
 *
 * @example
 * ```ts
 * const coordinates = new CoordinateDecoder({ width: 320, height: 180 });
 * for (const request of coordinates.decode(bytes)) wanted.set(request.frameId, coordinates.expand(request));
 * ```
 */
export class CoordinateDecoder {
  protected readonly body: CoordinateBody;
  private readonly expander: SampleExpander;

  /** @throws SgapsError `ARGUMENT_INVALID`, `LIMIT_EXCEEDED` for a grid outside the limits */
  constructor(protected readonly grid: CaptureGrid) {
    assertCaptureGrid(grid);
    this.body = new CoordinateBody(grid);
    this.expander = new SampleExpander(grid);
  }

  /**
   * Reads a coordinate packet.
   *
   * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED`, `VERSION_UNSUPPORTED`
   */
  decode(bytes: Uint8Array): SampleRequest[] {
    if (bytes.length > LIMITS.coordinatePacketBytes) {
      throw SgapsError.limit('coordinate packet bytes', bytes.length, LIMITS.coordinatePacketBytes);
    }
    if (bytes.length === 0) throw SgapsError.truncated('a coordinate packet');
    const version = bytes[0] >>> 4;
    if (version !== COORDINATE_VERSION) {
      throw new SgapsError(
        'VERSION_UNSUPPORTED',
        `Coordinate packet of version ${version}; this reader knows ${COORDINATE_VERSION}.`,
      );
    }
    const coder = new RangeDecoder(bytes.subarray(1));
    this.body.reset();
    const requests: SampleRequest[] = [];
    let expected = 0;
    for (let left = bytes[0] & 15; left >= 0; left--) {
      const request = this.body.codeRequest(coder, null, expected, noForm, noDensity);
      expected = request.frameId + 1;
      requests.push(request);
    }
    coder.end();
    return requests;
  }

  /**
   * The samples a request names: the explicit ones, then the seeded sets drawn with integers only, so that client and
   * server draw the same. A seeded place that is taken already (same kind) moves to the next free one.
   *
   * @param out Scratch to fill when it is large enough; the result never depends on what it held.
   * @throws SgapsError `LIMIT_EXCEEDED`, `ARGUMENT_INVALID`
   */
  expand(request: SampleRequest, out?: SampleSet): SampleSet {
    return this.expander.expand(request, out);
  }
}

function noForm(): FormChoice {
  throw new SgapsError('ARGUMENT_INVALID', 'A decoder chooses no forms.');
}

function noDensity(): number {
  throw new SgapsError('ARGUMENT_INVALID', 'A decoder chooses no forms.');
}
