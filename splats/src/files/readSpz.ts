import { gunzipSync, constants as zlib } from 'node:zlib';
import type { SpzModule } from '@adobe/spz';
import { SgapsError } from '@sgaps/protocol';
import { type HarmonicDegree, harmonicsOf, MOST_SPLATS, type SplatCloud } from '../cloud/SplatCloud.js';
import { SpzFiller } from './SpzFiller.js';

/** Begins files since version 4, and older ones within their gzip. */
const MAGIC = 0x5053474e;
const HEADER = 16;
const LATEST = 4;
/** Deflate packs at most 1032 bytes in one. Files of alike splats, which zstd packs tighter, have the megabyte above that. */
const TIGHTEST = 1032;
const FREE = 1 << 20;
/** Bytes of a splat without harmonics at least. */
const LEAST_ROW = 16;

interface SpzHeader {
  readonly version: number;
  readonly count: number;
  readonly degree: number;
}

/** Whether bytes begin as an SPZ file of any version does. */
export function isSpz(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes;
  return (a === 0x4e && b === 0x47 && c === 0x53 && d === 0x50) || (a === 0x1f && b === 0x8b);
}

/**
 * Splats of an SPZ file (Niantic), versions 1 to 4. Its axes (right, up, back) are turned to those of PLY files (right, down, forward), so that a PLY and the SPZ
 * made of it give the same cloud but for SPZ's rounding. The format's own WebAssembly decodes, in an instance of its own for each file.
 *
 * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED` (more than 16 million splats), `UNSUPPORTED` (a later version, degree 4).
 * @example
 * ```ts
 * const cloud = await readSpz(await readFile('racoon.spz'));
 * ```
 */
export async function readSpz(bytes: Uint8Array): Promise<SplatCloud> {
  assertPlausible(bytes, headerOf(bytes));
  const { default: createSpzModule } = await import('@adobe/spz');
  const said: string[] = [];
  const note = (line: unknown) => said.push(String(line));
  try {
    const spz = await createSpzModule({ print: note, printErr: note });
    return decode(spz, bytes);
  } catch (error) {
    if (error instanceof SgapsError) throw error;
    throw new SgapsError('BYTES_MALFORMED', 'Malformed SPZ file.', {
      cause: said.length > 0 ? new Error(said.join('\n')) : error,
    });
  }
}

function headerOf(bytes: Uint8Array): SpzHeader {
  let header = bytes;
  if (bytes[0] === 0x1f) {
    try {
      // What is left out at the end is not missed with this flush; 4 KiB hold the header in any case.
      header = gunzipSync(bytes.subarray(0, 4096), { finishFlush: zlib.Z_SYNC_FLUSH });
    } catch (cause) {
      throw new SgapsError('BYTES_MALFORMED', 'Malformed SPZ file: its gzip cannot be read.', { cause });
    }
  }
  if (header.length < HEADER) throw SgapsError.truncated('the header of an SPZ file');
  const view = new DataView(header.buffer, header.byteOffset, HEADER);
  if (view.getUint32(0, true) !== MAGIC) throw SgapsError.malformed('SPZ file: it does not begin with "NGSP"');
  return { version: view.getUint32(4, true), count: view.getUint32(8, true), degree: view.getUint8(12) };
}

/** Refuses what cannot be before anything is made for it. */
function assertPlausible(bytes: Uint8Array, { version, count, degree }: SpzHeader): void {
  if (version < 1 || version > LATEST)
    throw new SgapsError('UNSUPPORTED', `SPZ version ${version} is not known, only 1 to ${LATEST} are.`);
  if (degree > 3) throw new SgapsError('UNSUPPORTED', `Spherical harmonics of degree ${degree} are not drawn; 3 is the highest.`);
  if (count > MOST_SPLATS) throw SgapsError.limit('splats', count, MOST_SPLATS);
  const row = LEAST_ROW + 3 * (harmonicsOf(degree as HarmonicDegree) - 1);
  if (count * row > FREE + TIGHTEST * bytes.length) throw SgapsError.truncated(`an SPZ file of ${count} splats`);
}

function decode(spz: SpzModule, bytes: Uint8Array): SplatCloud {
  const filler = new SpzFiller();
  let failed = '';
  const at = spz._malloc(bytes.length);
  if (at === 0) throw new Error(`No memory for ${bytes.length} bytes.`);
  spz.HEAPU8.set(bytes, at);
  spz.loadSpzStreaming(
    at,
    bytes.length,
    { to: spz.CoordinateSystem.RDF },
    {
      onHeader: ({ numPoints, shDegree }) => filler.begin(numPoints, shDegree),
      onChunk: (attribute, first, data) => filler.add(attribute, first, data),
      onError: (message) => {
        failed = message || 'it cannot be read';
      },
    },
  );
  if (failed) throw new SgapsError('BYTES_MALFORMED', 'Malformed SPZ file.', { cause: new Error(failed) });
  return filler.end();
}
