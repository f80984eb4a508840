import type { SeededRandom } from '../../../shared/seededRandom.js';

/** Side of the square arena and thickness of its border, in pixels. */
export const ARENA = { size: 1600, border: 40 };

/** An upright rectangle by its upper left corner. */
export interface Wall {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The arena's blocks: the border and a ring of covers, the same for every seed except for small shifts. */
export function buildWalls(random: SeededRandom): Wall[] {
  const { size, border } = ARENA;
  const walls: Wall[] = [
    { x: 0, y: 0, width: size, height: border },
    { x: 0, y: size - border, width: size, height: border },
    { x: 0, y: border, width: border, height: size - 2 * border },
    { x: size - border, y: border, width: border, height: size - 2 * border },
  ];
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 4; column++) {
      const wide = (row + column) % 2 === 0;
      const x = 220 + column * 340 + random.int(-40, 40);
      const y = 220 + row * 340 + random.int(-40, 40);
      walls.push({ x, y, width: wide ? 120 : 40, height: wide ? 40 : 120 });
    }
  }
  return walls;
}

/** Pushes a circle out of every wall it overlaps; true if it touched one. */
export function pushOut(circle: { x: number; y: number }, radius: number, walls: readonly Wall[]): boolean {
  let touched = false;
  for (const wall of walls) {
    const nearX = Math.max(wall.x, Math.min(circle.x, wall.x + wall.width));
    const nearY = Math.max(wall.y, Math.min(circle.y, wall.y + wall.height));
    const dx = circle.x - nearX;
    const dy = circle.y - nearY;
    const distance = Math.sqrt(dx * dx + dy * dy);
    if (distance >= radius) continue;
    touched = true;
    if (distance > 0) {
      circle.x = nearX + (dx / distance) * radius;
      circle.y = nearY + (dy / distance) * radius;
    } else circle.x = circle.x < wall.x + wall.width / 2 ? wall.x - radius : wall.x + wall.width + radius;
  }
  return touched;
}

/** True where the straight way between two places is free of walls. */
export function clearSight(ax: number, ay: number, bx: number, by: number, walls: readonly Wall[]): boolean {
  const steps = Math.ceil(Math.max(Math.abs(bx - ax), Math.abs(by - ay)) / 12);
  for (let i = 1; i < steps; i++) {
    const x = ax + ((bx - ax) * i) / steps;
    const y = ay + ((by - ay) * i) / steps;
    if (walls.some((wall) => x > wall.x && x < wall.x + wall.width && y > wall.y && y < wall.y + wall.height)) return false;
  }
  return true;
}
