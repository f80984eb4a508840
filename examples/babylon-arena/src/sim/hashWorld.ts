import type { World } from './World.js';

/** A 32-bit hash (FNV-1a) over every number of the world, to compare two runs. */
export function hashWorld(world: World): number {
  const { player, enemies, shots, pickups, ticks, score, wave } = world;
  const numbers = [ticks, score, wave, ...[player, ...enemies, ...shots, ...pickups].flatMap(numbersOf)];
  const bytes = new Uint8Array(Float64Array.from(numbers).buffer);
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function numbersOf(object: object): number[] {
  return Object.values(object).map((value) => (typeof value === 'string' ? value.length : Number(value)));
}
