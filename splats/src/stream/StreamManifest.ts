import { LIMITS, SgapsError } from '@sgaps/protocol';
import type { HarmonicDegree } from '../cloud/SplatCloud.js';
import { numbersOf, type StreamGrid } from './StreamGrid.js';

/** Bytes of `stream.json` at most; it has some 400. */
export const MOST_MANIFEST_BYTES = 64 * 1024;
const FORMAT = 'sgaps-splat-stream';
const VERSION = 1;
const MOST_FRAMES = 1_000_000;
/** Numbers of a frame's cache at most: files of 64 MiB. The paper's have 2 million. */
const MOST_NUMBERS = 2 ** 25;
/** Cells along a side of the bounds at most; the paper's finest level has 2¹⁹. */
const MOST_CELLS = 2 ** 24;

/**
 * What `stream.json` says of streamed Gaussians (P6c).
 *
 * @example
 * ```ts
 * const { fps, frames }: StreamManifest = parseStreamManifest(await readFile('dancer/stream.json', 'utf8'));
 * ```
 */
export interface StreamManifest {
  /** Frames a second, above 0, at most 240. */
  readonly fps: number;
  /** 1 to a million. */
  readonly frames: number;
  /** Of the spherical harmonics of all its Gaussians. */
  readonly degree: HarmonicDegree;
  /** The box in which Gaussians move, the scene's unit: x, y, z of its corners. */
  readonly bounds: { readonly low: readonly number[]; readonly high: readonly number[] };
  readonly grid: StreamGrid;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads `stream.json`. Other fields than the known ones are passed over.
 *
 * @throws SgapsError `BYTES_MALFORMED`, `LIMIT_EXCEEDED` for a number that is too large, `VERSION_UNSUPPORTED`.
 * @example
 * ```ts
 * const manifest = parseStreamManifest('{"format":"sgaps-splat-stream","version":1, …}');
 * ```
 */
export function parseStreamManifest(json: string): StreamManifest {
  if (json.length > MOST_MANIFEST_BYTES) throw SgapsError.limit('length of stream.json', json.length, MOST_MANIFEST_BYTES);
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch (cause) {
    throw new SgapsError('BYTES_MALFORMED', 'Malformed stream.json: it is no JSON.', { cause });
  }
  const fields = objectOf(raw, 'it');
  if (fields.format !== FORMAT) throw malformed(`its format is ${shown(fields.format)}, not "${FORMAT}"`);
  const version = wholeOf(fields, 'version', 1, Number.MAX_SAFE_INTEGER);
  if (version !== VERSION)
    throw new SgapsError('VERSION_UNSUPPORTED', `Version ${version} of stream.json is not known, only 1 is.`);
  const fps = numberOf(fields, 'fps', LIMITS.fps);
  const frames = wholeOf(fields, 'frames', 1, MOST_FRAMES);
  if (!(fps > 0) || !Number.isFinite(frames / fps)) throw malformed(`its fps is ${fps}`);
  return {
    fps,
    frames,
    degree: wholeOf(fields, 'degree', 0, 3) as HarmonicDegree,
    bounds: boundsOf(objectOf(fields.bounds, 'bounds')),
    grid: gridOf(objectOf(fields.grid, 'grid')),
  };
}

/**
 * What `parseStreamManifest` reads.
 *
 * @example
 * ```ts
 * await writeFile('dancer/stream.json', formatStreamManifest(manifest));
 * ```
 */
export function formatStreamManifest({ fps, frames, degree, bounds, grid }: StreamManifest): string {
  const { log2Table, ...rest } = grid;
  return JSON.stringify({
    format: FORMAT,
    version: VERSION,
    fps,
    frames,
    degree,
    bounds,
    grid: { ...rest, log2_table: log2Table },
  });
}

function boundsOf(fields: Fields): StreamManifest['bounds'] {
  const [low, high] = ['low', 'high'].map((name) => {
    const corner = fields[name];
    if (!Array.isArray(corner) || corner.length !== 3 || !corner.every(Number.isFinite))
      throw malformed(`bounds.${name} must be three numbers`);
    return corner as number[];
  });
  for (let axis = 0; axis < 3; axis++)
    if (!(high[axis] > low[axis]) || !Number.isFinite(high[axis] - low[axis]))
      throw malformed(`its bounds go from ${low[axis]} to ${high[axis]} along ${'xyz'[axis]}`);
  return { low, high };
}

function gridOf(fields: Fields): StreamGrid {
  const grid = {
    levels: wholeOf(fields, 'levels', 1, 32),
    features: wholeOf(fields, 'features', 1, 8),
    log2Table: wholeOf(fields, 'log2_table', 1, 22),
    base: wholeOf(fields, 'base', 1, MOST_CELLS),
    growth: numberOf(fields, 'growth', MOST_CELLS),
    hidden: wholeOf(fields, 'hidden', 0, 4),
    width: wholeOf(fields, 'width', 1, 128),
  };
  if (grid.growth < 1) throw malformed(`its growth is ${grid.growth}, below 1`);
  const finest = grid.base * grid.growth ** (grid.levels - 1);
  if (!(finest <= MOST_CELLS)) throw SgapsError.limit('cells of the finest level', Math.floor(finest), MOST_CELLS);
  const { tables, layers } = numbersOf(grid);
  if (tables + layers > MOST_NUMBERS) throw SgapsError.limit('numbers of a cache', tables + layers, MOST_NUMBERS);
  return grid;
}

function objectOf(raw: unknown, name: string): Fields {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw malformed(`${name} is no object`);
  return raw as Fields;
}

function wholeOf(fields: Fields, name: string, least: number, most: number): number {
  const value = numberOf(fields, name, most);
  if (!Number.isInteger(value) || value < least) throw malformed(`its ${name} is ${value}`);
  return value;
}

function numberOf(fields: Fields, name: string, most: number): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw malformed(`its ${name} is ${shown(value)}`);
  if (value > most) throw SgapsError.limit(`${name} of a stream`, value, most);
  return value;
}

/** A stranger's value, fit for a message. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  return JSON.stringify(value)
    .slice(0, 60)
    .replace(/[^\x20-\x7e]/g, '?');
}

const malformed = (what: string) => SgapsError.malformed(`stream.json: ${what}`);
