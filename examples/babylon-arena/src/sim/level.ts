/** Half the side of the square yard, in metres, and the thickness and height of the wall around it. */
export const YARD = { half: 26, wall: 1.6, wallHeight: 3.6 };

/** What a solid is made of; the stage draws each kind in its own way. */
type SolidKind = 'wall' | 'house' | 'platform' | 'ramp' | 'pillar' | 'crate' | 'hedge' | 'tree' | 'obelisk' | 'tower';

/** An upright box by its centre and half sizes, metres. A ramp rises along one axis from 0 to its height. */
export interface Solid {
  readonly kind: SolidKind;
  readonly x: number;
  readonly z: number;
  readonly hx: number;
  readonly hz: number;
  readonly height: number;
  /** The ramp's uphill direction on the map: one of (±1, 0), (0, ±1). */
  readonly upX?: number;
  readonly upZ?: number;
}

const EDGE = YARD.half + YARD.wall / 2;
const LONG = YARD.half + YARD.wall;

/** Everything one can bump into, the same for every seed. */
export const SOLIDS: readonly Solid[] = [
  solid('wall', 0, EDGE, LONG, YARD.wall / 2, YARD.wallHeight),
  solid('wall', 0, -EDGE, LONG, YARD.wall / 2, YARD.wallHeight),
  solid('wall', EDGE, 0, YARD.wall / 2, YARD.half, YARD.wallHeight),
  solid('wall', -EDGE, 0, YARD.wall / 2, YARD.half, YARD.wallHeight),
  ...corners(YARD.half - 0.6, (x, z) => solid('tower', x, z, 2.2, 2.2, 6.5)),
  // The terrace in the middle with a ramp on two sides, and the obelisk on it.
  solid('platform', 0, 0, 4, 4, 1.4),
  { ...solid('ramp', 0, 6, 1.6, 2, 1.4), upX: 0, upZ: -1 },
  { ...solid('ramp', 0, -6, 1.6, 2, 1.4), upX: 0, upZ: 1 },
  solid('obelisk', 0, 0, 0.7, 0.7, 5.6),
  // The walk along the east wall.
  solid('platform', 23.4, 2, 2.6, 7, 1.8),
  { ...solid('ramp', 23.4, -7.6, 1.6, 2.6, 1.8), upX: 0, upZ: 1 },
  solid('house', -15, 14, 4, 3.2, 4),
  solid('house', 14, 15.5, 3.2, 4, 4.4),
  solid('house', -16, -13, 3.4, 3.4, 3.6),
  solid('house', 14.5, -16, 4.4, 3, 4.2),
  ...ring(8, 11.5, (x, z) => solid('pillar', x, z, 0.6, 0.6, 3.4)),
  ...[
    [7.4, -17.5, 1.2],
    [8.7, -17.3, 1.2],
    [8, -18.6, 1.2],
    [-7.2, 17, 1.2],
    [-8.5, 17.2, 1.2],
    [-21, 1, 1.2],
    [-21.2, 2.4, 1.2],
    [-20, 1.6, 1.2],
    [18.5, 5.5, 1.2],
    [5.6, 19.8, 1.2],
  ].map(([x, z, height]) => solid('crate', x, z, 0.6, 0.6, height)),
  solid('hedge', -6, -20, 4, 0.6, 1.3),
  solid('hedge', -19.5, -4, 0.6, 3.4, 1.3),
  solid('hedge', 4.5, 15, 3, 0.6, 1.3),
  solid('hedge', 17, -5, 3, 0.6, 1.3),
  ...[
    [-9, 21],
    [-22, 9],
    [-21.5, -20],
    [3, -22.5],
    [21, -21],
    [20, 20],
    [-10, -8.6],
    [9.6, 8.8],
  ].map(([x, z]) => solid('tree', x, z, 0.4, 0.4, 4.5)),
];

function solid(kind: SolidKind, x: number, z: number, hx: number, hz: number, height: number): Solid {
  return { kind, x, z, hx, hz, height };
}

function corners(at: number, make: (x: number, z: number) => Solid): Solid[] {
  return [make(at, at), make(-at, at), make(at, -at), make(-at, -at)];
}

function ring(count: number, radius: number, make: (x: number, z: number) => Solid): Solid[] {
  return Array.from({ length: count }, (_, i) => {
    const angle = ((i + 0.5) / count) * Math.PI * 2;
    return make(Math.sin(angle) * radius, Math.cos(angle) * radius);
  });
}

/** Height of a solid's top at a place inside its box. */
function topOf(solid: Solid, x: number, z: number): number {
  if (solid.kind !== 'ramp') return solid.height;
  const along = solid.upX ? ((x - solid.x) * solid.upX) / solid.hx : ((z - solid.z) * (solid.upZ ?? 0)) / solid.hz;
  return solid.height * Math.max(0, Math.min(1, (along + 1) / 2));
}

/** Height of whatever stands at (x, z), metres; `grow` widens everything that one cannot walk on. */
export function heightAt(x: number, z: number, grow = 0): number {
  let height = 0;
  for (const solid of SOLIDS) {
    const wider = solid.kind === 'ramp' || solid.kind === 'platform' ? 0 : grow;
    if (Math.abs(x - solid.x) > solid.hx + wider || Math.abs(z - solid.z) > solid.hz + wider) continue;
    height = Math.max(height, topOf(solid, x, z));
  }
  return height;
}

/** Pushes a circle at height `y` out of every solid that is more than a step higher; true if it touched one. */
export function pushOut(circle: { x: number; z: number }, y: number, radius: number): boolean {
  let touched = false;
  for (const solid of SOLIDS) {
    const nearX = Math.max(solid.x - solid.hx, Math.min(circle.x, solid.x + solid.hx));
    const nearZ = Math.max(solid.z - solid.hz, Math.min(circle.z, solid.z + solid.hz));
    const dx = circle.x - nearX;
    const dz = circle.z - nearZ;
    const distance = Math.sqrt(dx * dx + dz * dz);
    if (distance >= radius || topOf(solid, nearX, nearZ) <= y + 0.45) continue;
    touched = true;
    if (distance > 0) {
      circle.x = nearX + (dx / distance) * radius;
      circle.z = nearZ + (dz / distance) * radius;
    } else leaveBox(circle, solid, radius);
  }
  return touched;
}

/** From inside a box, out through the nearest side. */
function leaveBox(circle: { x: number; z: number }, { x, z, hx, hz }: Solid, radius: number): void {
  const dx = circle.x - x;
  const dz = circle.z - z;
  if (hx - Math.abs(dx) < hz - Math.abs(dz)) circle.x = x + (dx < 0 ? -1 : 1) * (hx + radius);
  else circle.z = z + (dz < 0 ? -1 : 1) * (hz + radius);
}

const CELLS = 2;
const SIDE = Math.ceil(LONG * 2 * CELLS);
const HEIGHTS = new Float32Array(SIDE * SIDE).map((_, i) =>
  heightAt(((i % SIDE) + 0.5) / CELLS - LONG, (Math.floor(i / SIDE) + 0.5) / CELLS - LONG),
);

/** How far a ray gets, 0 … 1, before it enters something solid or the ground; looked up in a map of half-metre cells. */
export function castRay(from: { x: number; y: number; z: number }, to: { x: number; y: number; z: number }): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const dz = to.z - from.z;
  const steps = Math.max(1, Math.ceil(Math.sqrt(dx * dx + dy * dy + dz * dz) / 0.25));
  for (let i = 1; i <= steps; i++) {
    const t = i / steps;
    const column = Math.floor((from.x + dx * t + LONG) * CELLS);
    const row = Math.floor((from.z + dz * t + LONG) * CELLS);
    const outside = column < 0 || row < 0 || column >= SIDE || row >= SIDE;
    if (from.y + dy * t < (outside ? YARD.wallHeight : HEIGHTS[row * SIDE + column])) return (i - 1) / steps;
  }
  return 1;
}
