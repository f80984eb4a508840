import type { World } from './World.js';

/** A 32-bit hash (FNV-1a) over every number of all cars, to compare two runs. */
export function hashWorld({ ticks, cars }: World): number {
  const numbers = [ticks, ...cars.flatMap((car) => Object.values(car).flat().map(Number))];
  const bytes = new Uint8Array(Float64Array.from(numbers).buffer);
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
