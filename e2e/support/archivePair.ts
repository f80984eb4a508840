import type { CaptureGrid } from '@sgaps/protocol';

/** A made-up pair for an archive model, the same wherever it is made; `active` of its cubes have codes. */
export function archivePair(size: CaptureGrid, memoryWidth: number, active: number) {
  const { width, height } = size;
  const cubes = (width / 16) * (height / 16);
  const noise = (count: number, seed: number, most = 1) =>
    Float32Array.from({ length: count }, (_, at) => ((Math.imul(at + 1, 2654435761 + 97 * seed) >>> 16) / 65536) * most);
  const whole = (count: number, of: (at: number) => number) => Int32Array.from({ length: count }, (_, at) => of(at));
  return {
    size,
    active: {
      places: whole(active, (at) => Math.floor((at * cubes) / active)),
      codes: whole(6 * active, (at) => (at * 131) % 512),
      levels: whole(active, (at) => 1 + (at % 6)),
    },
    conditions: {
      context: noise(6 * width * height, 1),
      state: noise(5 * 24, 2),
      region: whole(cubes, (at) => (at * 5) % 8),
      rank: Int32Array.of(3, 0, 7, 1, 6, 2, 5, 4),
      memory: noise(8 * memoryWidth, 3, 0.5),
      session: noise(32, 4, 0.5),
    },
  };
}
