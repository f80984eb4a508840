import type { Point, QuadMesh } from '../../../shared/babylon/QuadMesh.js';
import { type Solid, YARD } from '../sim/level.js';
import type { Surface } from './Materials.js';

/** One collector of faces for each surface. */
export type Surfaces = Readonly<Record<Surface, QuadMesh>>;

/** Adds what one solid looks like. `index` tells houses apart. */
export function addSolid(on: Surfaces, solid: Solid, index: number): void {
  const { kind, x, z, hx, hz, height } = solid;
  const low: Point = [x - hx, 0, z - hz];
  const high: Point = [x + hx, height, z + hz];
  if (kind === 'wall') addWall(on, low, high);
  else if (kind === 'tower') addTower(on, solid, low, high);
  else if (kind === 'house') addHouse(on, solid, index);
  else if (kind === 'platform') {
    on.stones.box(low, high, 2.4, 's');
    on.paving.box(low, high, 3, 't');
    const rim: Point = [x + hx + 0.12, height + 0.02, z + hz + 0.12];
    on.plaster.box([x - hx - 0.12, height - 0.2, z - hz - 0.12], rim, 2, 's');
  } else if (kind === 'ramp') addRamp(on, solid);
  else if (kind === 'pillar') addPillar(on, solid);
  else if (kind === 'crate') on.crate.box(low, high, 1.2);
  else if (kind === 'hedge') on.hedge.box(low, high, 1.6);
  else if (kind === 'tree') addTree(on, solid, index);
  else addObelisk(on, solid);
}

/** A wall with battlements towards the yard. */
function addWall({ stones, paving }: Surfaces, low: Point, high: Point): void {
  stones.box(low, high, 3, 's');
  paving.box(low, high, 3, 't');
  const [x0, , z0] = low;
  const [x1, top, z1] = high;
  const alongX = x1 - x0 > z1 - z0;
  const length = alongX ? x1 - x0 : z1 - z0;
  const inner = alongX ? (z0 < 0 ? z1 : z0) : x0 < 0 ? x1 : x0;
  for (let at = 0.4; at + 1.1 < length; at += 2.2) {
    const from = inner < 0 ? inner - 0.5 : inner;
    if (alongX) stones.box([x0 + at, top, from], [x0 + at + 1.1, top + 0.9, from + 0.5], 3);
    else stones.box([from, top, z0 + at], [from + 0.5, top + 0.9, z0 + at + 1.1], 3);
  }
}

function addTower({ stones, roof, plaster, gold }: Surfaces, { x, z, hx }: Solid, low: Point, high: Point): void {
  const top = high[1];
  stones.box(low, high, 3, 's');
  plaster.box([low[0] - 0.25, top - 0.5, low[2] - 0.25], [high[0] + 0.25, top, high[2] + 0.25], 2);
  const side = hx + 0.5;
  pyramid(roof, [x, top, z], side, 3.6, 2);
  gold.ball([x, top + 3.7, z], 0.22, 1, 1);
}

function pyramid(on: QuadMesh, [x, y, z]: Point, side: number, rise: number, tile: number): void {
  const peak: Point = [x, y + rise, z];
  const base: Point[] = [
    [x - side, y, z - side],
    [x + side, y, z - side],
    [x + side, y, z + side],
    [x - side, y, z + side],
  ];
  base.forEach((corner, i) => on.quad([corner, base[(i + 1) % 4], peak, peak], [0, 0, (side * 2) / tile, rise / tile]));
}

/** Half-timbered or brick, with a gable roof along its longer side, a door and a chimney. */
function addHouse(on: Surfaces, { x, z, hx, hz, height }: Solid, index: number): void {
  const timber = index % 2 === 0;
  const wall = timber ? on.facade : on.bricks;
  const storeys = timber ? [0, 2] : [0, height / 2];
  const across = timber ? [Math.round(hx), Math.round(hz)] : [hx, hz];
  wall.sides([x - hx, 0, z - hz], [x + hx, height, z + hz], [across[0], across[1]], [storeys[0], storeys[1]]);
  const alongX = hx >= hz;
  const half = (alongX ? hz : hx) + 0.5;
  const reach = (alongX ? hx : hz) + 0.45;
  const rise = half * 0.85;
  // (along the ridge, up, across it) on the map
  const at = (along: number, up: number, side: number): Point =>
    alongX ? [x + along, height + up, z + side] : [x - side, height + up, z + along];
  on.roof.quad(
    [at(-reach, -0.25, -half), at(reach, -0.25, -half), at(reach, rise, 0), at(-reach, rise, 0)],
    [0, 0, reach, half * 0.7],
  );
  on.roof.quad(
    [at(reach, -0.25, half), at(-reach, -0.25, half), at(-reach, rise, 0), at(reach, rise, 0)],
    [0, 0, reach, half * 0.7],
  );
  for (const end of [-1, 1]) {
    const gable = at((reach - 0.42) * end, rise - 0.35, 0);
    const eaves = [at((reach - 0.42) * end, -0.3, half * -end), at((reach - 0.42) * end, -0.3, half * end)];
    on.plaster.quad([eaves[0], eaves[1], gable, gable], [0, 0, 2, 1]);
  }
  const door = z > 0 ? z - hz - 0.03 : z + hz + 0.03;
  on.plaster.box([x - 0.85, 0, door - 0.03], [x + 0.85, 2.25, door + 0.03], 2);
  on.crate.box([x - 0.65, 0, door - 0.06], [x + 0.65, 2.05, door + 0.06], 1.3);
  on.bricks.box([x + hx * 0.5, height, z - 0.35], [x + hx * 0.5 + 0.7, height + rise + 0.7, z + 0.35], 2);
}

function addRamp({ paving, stones }: Surfaces, { x, z, hx, hz, height, upX = 0, upZ = 0 }: Solid): void {
  const long = upX ? hx : hz;
  const wide = upX ? hz : hx;
  // Ahead is uphill, right is to its right.
  const at = (ahead: number, right: number, y: number): Point => [
    x + upX * ahead * long + upZ * right * wide,
    y,
    z + upZ * ahead * long - upX * right * wide,
  ];
  paving.quad([at(-1, -1, 0.01), at(-1, 1, 0.01), at(1, 1, height), at(1, -1, height)], [0, 0, (wide * 2) / 3, (long * 2) / 3]);
  const uv = [0, 0, (long * 2) / 2.4, height / 2.4] as const;
  stones.quad([at(-1, 1, 0), at(1, 1, 0), at(1, 1, height), at(1, 1, height)], uv);
  stones.quad([at(1, -1, 0), at(-1, -1, 0), at(1, -1, height), at(1, -1, height)], uv);
}

function addPillar({ stones, plaster, gold }: Surfaces, { x, z, hx, height }: Solid): void {
  stones.frustum([x, 0, z], [hx * 0.85, hx * 0.75], height, 10, [2, 1.5]);
  plaster.box([x - hx, 0, z - hx], [x + hx, 0.35, z + hx], 2);
  plaster.box([x - hx, height - 0.35, z - hx], [x + hx, height, z + hx], 2);
  gold.ball([x, height + 0.3, z], 0.34, 1, 1);
}

function addTree({ bark, hedge }: Surfaces, { x, z, height }: Solid, index: number): void {
  bark.frustum([x, 0, z], [0.42, 0.26], height * 0.6, 8, [2, 2]);
  const turn = index * 1.7;
  hedge.ball([x, height * 0.72, z], 1.7, 0.85, 1.6);
  for (let i = 0; i < 3; i++) {
    const angle = turn + (i * Math.PI * 2) / 3;
    hedge.ball([x + Math.sin(angle) * 1.1, height * (0.66 + i * 0.05), z + Math.cos(angle) * 1.1], 1.15, 0.85, 1.6);
  }
  hedge.ball([x, height, z], 1.15, 0.9, 1.6);
}

function addObelisk({ stones, gold, plaster }: Surfaces, { x, z, hx, height }: Solid): void {
  const base = 1.4;
  plaster.box([x - hx - 0.35, base, z - hx - 0.35], [x + hx + 0.35, base + 0.4, z + hx + 0.35], 2);
  stones.frustum([x, base, z], [hx * 1.1, hx * 0.6], height - base, 4, [2, 2]);
  gold.frustum([x, height, z], [hx * 0.6, 0.01], 0.9, 4, [1, 1]);
}

/** Hangings on the inner faces of the four walls. */
export function addBanners({ banner }: Surfaces): void {
  const at = YARD.half - 0.04;
  for (const along of [-17, -8.5, 8.5, 17]) {
    const [a, b] = [along - 0.65, along + 0.65];
    banner.quad(
      [
        [a, 0.9, at],
        [b, 0.9, at],
        [b, 3.3, at],
        [a, 3.3, at],
      ],
      [0, 0, 1, 1],
    );
    banner.quad(
      [
        [b, 0.9, -at],
        [a, 0.9, -at],
        [a, 3.3, -at],
        [b, 3.3, -at],
      ],
      [0, 0, 1, 1],
    );
    banner.quad(
      [
        [-at, 0.9, a],
        [-at, 0.9, b],
        [-at, 3.3, b],
        [-at, 3.3, a],
      ],
      [0, 0, 1, 1],
    );
    banner.quad(
      [
        [at, 0.9, b],
        [at, 0.9, a],
        [at, 3.3, a],
        [at, 3.3, b],
      ],
      [0, 0, 1, 1],
    );
  }
}
