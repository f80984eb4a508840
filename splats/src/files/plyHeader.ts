import { SgapsError } from '@sgaps/protocol';

/** Bytes of a header at most: 3DGS needs 1.5 KB. */
const LONGEST_HEADER = 64 * 1024;
/** Digits of a count at most, so that it is exact as a number. */
const MOST_DIGITS = 15;

/** How the body's numbers are written. */
type PlyFormat = 'ascii' | 'binary_little_endian' | 'binary_big_endian';

/** Kinds of number, by what they are read with. */
export type PlyType = 'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'float32' | 'float64';

/** One value of a row, or a list of them with its length before it. */
export interface PlyProperty {
  readonly name: string;
  readonly type: PlyType;
  /** Of a list's length; null for a single value. */
  readonly lengthType: PlyType | null;
}

/** A table: so many rows of these properties. */
export interface PlyElement {
  readonly name: string;
  readonly count: number;
  readonly properties: readonly PlyProperty[];
}

/** What a file says before its numbers. */
export interface PlyHeader {
  readonly format: PlyFormat;
  readonly elements: readonly PlyElement[];
  /** Where the body begins, bytes. */
  readonly bodyAt: number;
}

/** Bytes of each kind of number. */
export const PLY_BYTES: Readonly<Record<PlyType, number>> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  float64: 8,
};

const TYPES: ReadonlyMap<string, PlyType> = new Map<string, PlyType>([
  ['char', 'int8'],
  ['uchar', 'uint8'],
  ['short', 'int16'],
  ['ushort', 'uint16'],
  ['int', 'int32'],
  ['uint', 'uint32'],
  ['float', 'float32'],
  ['double', 'float64'],
  ...(Object.keys(PLY_BYTES) as PlyType[]).map((type): [string, PlyType] => [type, type]),
]);

const FORMATS: ReadonlySet<string> = new Set<PlyFormat>(['ascii', 'binary_little_endian', 'binary_big_endian']);

/** Whether bytes begin as a PLY file does. */
export function isPly(bytes: Uint8Array): boolean {
  const [p, l, y, end] = bytes;
  return p === 0x70 && l === 0x6c && y === 0x79 && (end === 0x0a || end === 0x0d);
}

/**
 * Reads a header. Counts are as the file claims them: nothing says yet that the body is there.
 *
 * @throws SgapsError `BYTES_MALFORMED`, `BYTES_TRUNCATED` for a header without end, `LIMIT_EXCEEDED` for one above 64 KiB or a count above 15 digits,
 * `UNSUPPORTED` for another version than 1.0.
 */
export function parsePlyHeader(bytes: Uint8Array): PlyHeader {
  if (!isPly(bytes)) throw SgapsError.malformed('PLY file: it does not begin with "ply"');
  const { lines, bodyAt } = headerLines(bytes);
  let format: PlyFormat | null = null;
  const elements: { name: string; count: number; properties: PlyProperty[] }[] = [];
  for (const line of lines) {
    const [keyword, ...words] = line.trim().split(/[ \t]+/);
    if (keyword === 'comment' || keyword === 'obj_info' || keyword === '') continue;
    if (keyword === 'format' && !format) format = formatOf(words);
    else if (keyword === 'element') elements.push({ ...elementOf(words), properties: [] });
    else if (keyword === 'property' && elements.length > 0) elements[elements.length - 1].properties.push(propertyOf(words));
    else throw SgapsError.malformed(`PLY header line "${shown(line)}"`);
  }
  if (!format) throw SgapsError.malformed('PLY header: it names no format');
  return { format, elements, bodyAt };
}

/** Lines between the first and `end_header`. */
function headerLines(bytes: Uint8Array): { lines: string[]; bodyAt: number } {
  const lines: string[] = [];
  const head = bytes.subarray(0, LONGEST_HEADER);
  for (let at = 0; at < head.length; ) {
    const end = head.indexOf(0x0a, at);
    if (end < 0) break;
    const line = latin1(head.subarray(at, end));
    at = end + 1;
    if (line.trim() === 'end_header') return { lines: lines.slice(1), bodyAt: at };
    lines.push(line);
  }
  if (bytes.length > LONGEST_HEADER)
    throw new SgapsError('LIMIT_EXCEEDED', `A PLY header ends within ${LONGEST_HEADER} bytes; this one does not.`);
  throw SgapsError.truncated('a PLY header, which has no end_header');
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function formatOf([name, version, ...more]: string[]): PlyFormat {
  if (!FORMATS.has(name) || version === undefined || more.length > 0)
    throw SgapsError.malformed(`PLY format "${shown(name ?? '')}"`);
  if (version !== '1.0') throw new SgapsError('UNSUPPORTED', `PLY version ${shown(version)} is not known, only 1.0 is.`);
  return name as PlyFormat;
}

function elementOf([name, count, ...more]: string[]): { name: string; count: number } {
  if (count === undefined || more.length > 0 || !/^\d+$/.test(count))
    throw SgapsError.malformed(`PLY element "${shown(name ?? '')}": it has no count`);
  if (count.length > MOST_DIGITS)
    throw new SgapsError('LIMIT_EXCEEDED', `PLY element "${shown(name)}" counts ${count.length} digits of rows.`);
  return { name, count: Number(count) };
}

function propertyOf(words: string[]): PlyProperty {
  const list = words[0] === 'list';
  const [lengthWord, typeWord, name] = list ? words.slice(1) : ['', ...words];
  const type = TYPES.get(typeWord);
  const lengthType = TYPES.get(lengthWord) ?? null;
  const fits = words.length === (list ? 4 : 2) && type && (!list || (lengthType && !lengthType.startsWith('float')));
  if (!fits) throw SgapsError.malformed(`PLY property "${shown(words.join(' '))}"`);
  return { name, type, lengthType };
}

/** A stranger's words, fit for a message. */
export function shown(words: string): string {
  return words.slice(0, 60).replace(/[^\x20-\x7e]/g, '?');
}
