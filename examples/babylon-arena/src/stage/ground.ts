import { SeededRandom } from '../../../shared/seededRandom.js';
import { heightAt, YARD } from '../sim/level.js';
import type { Surfaces } from './buildings.js';

/** True where the yard is paved: the round place in the middle and four ways out of it. */
function isPaved(x: number, z: number): boolean {
  const radius = Math.hypot(x, z);
  return radius < 9.6 || (radius > 13 && radius < 15) || Math.min(Math.abs(x), Math.abs(z)) < 1.6;
}

/** The floor in strips a metre deep, each as long as its surface goes, and tufts of grass. */
export function addGround(on: Surfaces): void {
  const { half } = YARD;
  const strip = (paved: boolean, from: number, to: number, z: number): void => {
    const surface = paved ? on.paving : on.grass;
    const tile = paved ? 3 : 6;
    surface.box([from, -1, z], [to, 0, z + 1], tile, 't');
  };
  for (let z = -half; z < half; z++) {
    let from = -half;
    for (let x = -half; x < half; x += 0.5) {
      const paved = isPaved(x + 0.25, z + 0.5);
      if (x + 0.5 < half && isPaved(x + 0.75, z + 0.5) === paved) continue;
      strip(paved, from, x + 0.5, z);
      from = x + 0.5;
    }
  }
  addTufts(on);
}

function addTufts({ tuft }: Surfaces): void {
  const random = new SeededRandom(99);
  for (let i = 0; i < 420; i++) {
    const x = random.range(-YARD.half, YARD.half);
    const z = random.range(-YARD.half, YARD.half);
    const angle = random.range(0, Math.PI);
    const size = random.range(0.25, 0.5);
    if (isPaved(x, z) || heightAt(x, z, 0.2) > 0) continue;
    for (const turn of [angle, angle + Math.PI / 2]) {
      const dx = Math.sin(turn) * size;
      const dz = Math.cos(turn) * size;
      const up = [[0, 1, 0] as const, [0, 1, 0] as const, [0, 1, 0] as const, [0, 1, 0] as const];
      const corners = [
        [x - dx, 0, z - dz],
        [x + dx, 0, z + dz],
        [x + dx, size * 1.2, z + dz],
        [x - dx, size * 1.2, z - dz],
      ] as const;
      tuft.quad(corners, [0, 0, 1, 1], up);
    }
  }
}
