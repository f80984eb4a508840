import { LIMITS } from '@sgaps/protocol';
import type { FuzzRandom } from './FuzzRandom.js';

/** Whole numbers at which decoders go wrong: around powers of two, and around the limits of this project. */
export const INTERESTING: readonly number[] = [
  ...new Set([
    0,
    ...Array.from({ length: 33 }, (_, bits) => 2 ** bits).flatMap((power) => [power - 1, power, power + 1]),
    ...Object.values(LIMITS).flatMap((limit) => [limit - 1, limit, limit + 1]),
    100_000_000,
    16_000_000,
    16_000_001,
    0xfffffffe,
    0x80000001,
  ]),
].filter((value) => value <= 0xffffffff);

/** Numbers that are none, or too large for what they name. */
const FLOATS = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  5e-324,
  -1,
  1e308,
  2 ** 53,
  2 ** 31,
  2 ** 63,
  0.5,
];

type Change = (bytes: Uint8Array, random: FuzzRandom, others: readonly Uint8Array[]) => Uint8Array;

/** Early bytes are mostly headers, where one change does most. */
function place(bytes: Uint8Array, random: FuzzRandom): number {
  return random.below(random.chance(0.5) ? Math.min(bytes.length, 64) : bytes.length);
}

const flipBits: Change = (bytes, random) => {
  for (let flips = 1 + random.below(4); flips > 0 && bytes.length > 0; flips--)
    bytes[place(bytes, random)] ^= 1 << random.below(8);
  return bytes;
};

const setBytes: Change = (bytes, random) => {
  const at = place(bytes, random);
  const value = random.pick([0, 1, 127, 128, 255, random.below(256)]);
  bytes.fill(value, at, at + 1 + random.length(16));
  return bytes;
};

const truncate: Change = (bytes, random) => bytes.slice(0, random.below(bytes.length + 1));

const append: Change = (bytes, random) =>
  joined(bytes, random.chance(0.5) ? random.bytes(random.length(200)) : bytes.subarray(place(bytes, random)));

const cutOut: Change = (bytes, random) => {
  const at = place(bytes, random);
  return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random.length(bytes.length)));
};

const repeat: Change = (bytes, random) => {
  const at = place(bytes, random);
  const piece = bytes.subarray(at, at + 1 + random.length(64));
  const times = 1 + random.length(200);
  return joined(bytes.subarray(0, at), ...Array.from({ length: times }, () => piece), bytes.subarray(at));
};

const splice: Change = (bytes, random, others) => {
  const other = random.pick(others);
  return joined(bytes.subarray(0, place(bytes, random)), other.subarray(place(other, random)));
};

/** A length, count or id becomes one of `INTERESTING`, in 1, 2, 4 or 8 bytes, of either order, or as a varint. */
const setInteger: Change = (bytes, random) => {
  const value = random.pick(INTERESTING);
  const width = random.pick([1, 2, 4, 4, 8, 0]);
  if (width === 0) {
    const varint: number[] = [];
    let rest = value;
    do {
      varint.push((rest % 128) + (rest >= 128 ? 128 : 0));
      rest = Math.floor(rest / 128);
    } while (rest > 0);
    const at = place(bytes, random);
    const instead = random.below(3);
    return joined(bytes.subarray(0, at), Uint8Array.from(varint), bytes.subarray(at + instead));
  }
  if (bytes.length < width) return bytes;
  const at = Math.min(place(bytes, random), bytes.length - width);
  const little = random.chance(0.6);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 1) view.setUint8(at, value);
  else if (width === 2) view.setUint16(at, value, little);
  else if (width === 4) view.setUint32(at, value, little);
  else view.setBigUint64(at, BigInt(value) << (random.chance(0.2) ? 32n : 0n), little);
  return bytes;
};

const setFloat: Change = (bytes, random) => {
  const width = random.pick([4, 8]);
  if (bytes.length < width) return bytes;
  const at = Math.min(place(bytes, random), bytes.length - width);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 4) view.setFloat32(at, random.pick(FLOATS), true);
  else view.setFloat64(at, random.pick(FLOATS), true);
  return bytes;
};

const addToByte: Change = (bytes, random) => {
  if (bytes.length > 0) bytes[place(bytes, random)] += random.pick([1, 255, 2, 254, 16, 64]);
  return bytes;
};

const CHANGES: readonly Change[] = [
  flipBits,
  flipBits,
  setBytes,
  truncate,
  append,
  cutOut,
  repeat,
  splice,
  setInteger,
  setInteger,
  setFloat,
  addToByte,
];

/** No case is larger: what a socket or a file lets through is bounded before a decoder sees it. */
const MOST_BYTES = 256 * 1024;

/**
 * Bytes for a case: mostly a valid sample with one to six changes, now and then a sample as it is or none at all.
 *
 * @example
 * ```ts
 * const bytes = mutateBytes(samples, new FuzzRandom(7, 'kept', 0));
 * ```
 */
export function mutateBytes(samples: readonly Uint8Array[], random: FuzzRandom): Uint8Array {
  if (samples.length === 0 || random.chance(0.06)) return noise(random);
  // Not `slice`, which of a Buffer is no copy.
  let bytes: Uint8Array = new Uint8Array(random.pick(samples));
  if (random.chance(0.01)) return bytes;
  for (let changes = 1 + random.length(5); changes > 0; changes--) bytes = random.pick(CHANGES)(bytes, random, samples);
  return bytes.length > MOST_BYTES ? bytes.slice(0, MOST_BYTES) : bytes;
}

function noise(random: FuzzRandom): Uint8Array {
  if (random.chance(0.5)) return random.bytes(random.length(2048));
  return new Uint8Array(random.length(4096)).fill(random.pick([0, 1, 127, 128, 255]));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(
    Math.min(
      MOST_BYTES,
      parts.reduce((sum, part) => sum + part.length, 0),
    ),
  );
  let at = 0;
  for (const part of parts) {
    if (at >= bytes.length) break;
    const fitting = part.subarray(0, bytes.length - at);
    bytes.set(fitting, at);
    at += fitting.length;
  }
  return bytes;
}
