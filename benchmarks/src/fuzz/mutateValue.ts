import type { FuzzRandom } from './FuzzRandom.js';
import { INTERESTING } from './mutateBytes.js';

/** Names that objects have without being asked, and names that are none. */
const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'toJSON',
  'length',
  'then',
  '',
  '0',
  '\0',
  'k'.repeat(2000),
];
const TEXTS = [
  '',
  ' ',
  '\0',
  '../../etc/passwd',
  '..%2f..%2f',
  '\ud800',
  '\u202egpj.exe',
  'ｕｎｉｃｏｄｅ',
  '<script>alert(1)</script>',
  '%s%n%x',
  "'; DROP TABLE recordings; --",
  'NaN',
  '1e400',
  '-0',
  '0x10',
  'true',
  'null',
  '\n\r\t',
  'é'.repeat(300),
  'x'.repeat(129),
  'x'.repeat(100_000),
];

type Maker = (random: FuzzRandom) => unknown;

/** What conversions to text and to numbers choke on. */
const unprintable: Maker = () => ({ toString: 0, valueOf: 0 });

const deep: Maker = (random) => {
  let value: unknown = 0;
  const inObjects = random.chance(0.5);
  for (let levels = random.pick([10, 60, 400]); levels > 0; levels--) value = inObjects ? { a: value } : [value];
  return value;
};

const wide: Maker = (random) => {
  const count = random.pick([33, 65, 257, 5000]);
  if (random.chance(0.5)) return new Array(count).fill(random.pick([0, null, '', 'x']));
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
};

/** A small value whose text doubles with each level. */
const doubling: Maker = (random) => {
  let value: unknown = ['x'];
  for (let levels = random.pick([4, 12, 40]); levels > 0; levels--) value = [value, value];
  return value;
};

const circle: Maker = () => {
  const value: Record<string, unknown> = { a: 1 };
  value.self = value;
  return value;
};

const VALUES: readonly Maker[] = [
  () => undefined,
  () => null,
  () => true,
  () => false,
  (random) => random.pick([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, -1, 0.5, 1e308, 5e-324]),
  (random) => random.pick(INTERESTING),
  (random) => -random.pick(INTERESTING),
  (random) => random.pick(TEXTS),
  (random) => random.pick(TEXTS),
  () => 10n ** 40n,
  () => [],
  () => ({}),
  () => new Date(Number.NaN),
  () => new Map([['a', 1]]),
  () => new Set([1]),
  (random) => random.bytes(random.length(100)),
  unprintable,
  unprintable,
  deep,
  wide,
  doubling,
  circle,
];

/** Values of a JSON text. */
const MOST_PARTS = 20_000;

/**
 * A value for a case: mostly a valid sample in which one to four things are other, missing or too many.
 *
 * @example
 * ```ts
 * const options = mutateValue([joinOptions], new FuzzRandom(7, 'join options', 0));
 * ```
 */
export function mutateValue(samples: readonly unknown[], random: FuzzRandom): unknown {
  if (samples.length === 0 || random.chance(0.1)) return random.pick(VALUES)(random);
  const root = { value: structuredClone(random.pick(samples)) };
  if (random.chance(0.01)) return root.value;
  for (let changes = 1 + random.length(3); changes > 0; changes--) change(root, random);
  return root.value;
}

/** The same for JSON text: what no JSON can say is left out. */
export function mutateText(samples: readonly unknown[], random: FuzzRandom): string {
  if (random.chance(0.02)) return random.pick(['[', '{"a":'])?.repeat(random.pick([100, 5000, 50_000]));
  const whole = textOf(mutateValue(samples, random));
  if (whole === null) return '';
  let text = whole ?? '';
  if (text.length > 200_000) text = text.slice(0, 200_000);
  if (random.chance(0.2)) {
    const at = random.below(text.length + 1);
    text =
      text.slice(0, at) +
      random.pick(['', '"', '}', '\\u0000', '\\ud800', '1e999', ',', 'nul']) +
      text.slice(at + random.below(4));
  }
  return text;
}

/**
 * A value as JSON, undefined where it has none; null for what cannot be said, or not to its end: some small values hold the same parts over and over, and whoever packs
 * them is at it for ever.
 *
 * @example
 * ```ts
 * if (textOf(value) !== null) room.send('event', value);
 * ```
 */
export function textOf(value: unknown): string | undefined | null {
  let left = MOST_PARTS;
  const plain = (_: string, part: unknown) => {
    if (left-- === 0) throw new RangeError('Too much to say.');
    return typeof part === 'bigint' ? Number(part) : part;
  };
  try {
    return JSON.stringify(value, plain);
  } catch {
    return null;
  }
}

/** Changes one thing, somewhere below a holder of one key. */
function change(holder: { value: unknown }, random: FuzzRandom): void {
  let owner: Record<string, unknown> = holder;
  let key = 'value';
  for (let next = owner[key]; isOwner(next) && random.chance(0.8); next = owner[key]) {
    const keys = Object.keys(next).slice(0, 100);
    if (keys.length === 0) break;
    owner = next;
    key = random.pick(keys);
  }
  const found = owner[key];
  switch (random.below(5)) {
    case 0:
      if (Array.isArray(owner)) owner.splice(Number(key), 1);
      else delete owner[key];
      break;
    case 1:
      if (isOwner(found)) define(found, random.pick(KEYS), random.pick(VALUES)(random));
      else owner[key] = random.pick(VALUES)(random);
      break;
    case 2:
      define(owner, random.pick(KEYS), found);
      break;
    default:
      define(
        owner,
        key,
        random.chance(0.3) && typeof found === 'number' ? random.pick(INTERESTING) : random.pick(VALUES)(random),
      );
  }
}

function isOwner(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !(value instanceof Date);
}

/** Also `__proto__`, as JSON and msgpack would bring it. A list's length stays what it is. */
function define(owner: Record<string, unknown>, key: string, value: unknown): void {
  if (Array.isArray(owner) && !(Number(key) < owner.length)) return;
  Object.defineProperty(owner, key, { value, enumerable: true, writable: true, configurable: true });
}
