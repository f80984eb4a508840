import { heightAt, YARD } from './level.js';

const SIDE = YARD.half * 2;
/** Highest step up that legs manage, metres. */
const STEP = 0.4;
const FAR = 0xffff;
const WAYS = [
  [0, 1],
  [1, 0],
  [0, -1],
  [-1, 0],
  [1, 1],
  [1, -1],
  [-1, -1],
  [-1, 1],
] as const;

const middle = (index: number): number => index + 0.5 - YARD.half;
const FLOOR = new Float32Array(SIDE * SIDE).map((_, i) => heightAt(middle(i % SIDE), middle(Math.floor(i / SIDE))));
/** 1 where a body touches something that it cannot walk on. */
const BLOCKED = new Uint8Array(SIDE * SIDE).map((_, i) =>
  Number(heightAt(middle(i % SIDE), middle(Math.floor(i / SIDE)), 0.45) > FLOOR[i] + 0.01 || FLOOR[i] > 2),
);

/** Ways to one goal from everywhere in the yard, over cells of a metre: around walls, up ramps, down from terraces. */
export class FlowField {
  private readonly distance = new Uint16Array(SIDE * SIDE).fill(FAR);
  private readonly queue = new Uint16Array(SIDE * SIDE);

  /** Measures every cell's way to the goal anew. */
  aim(x: number, z: number): void {
    const { distance, queue } = this;
    distance.fill(FAR);
    const goal = cellAt(x, z);
    distance[goal] = 0;
    queue[0] = goal;
    for (let head = 0, tail = 1; head < tail; head++) {
      const cell = queue[head];
      if (BLOCKED[cell] && cell !== goal) continue; // one may leave it, but not pass
      for (let way = 0; way < 4; way++) {
        const next = neighbour(cell, way);
        if (next < 0 || distance[next] !== FAR || FLOOR[cell] - FLOOR[next] > STEP) continue;
        distance[next] = distance[cell] + 1;
        queue[tail++] = next;
      }
    }
  }

  /** Steps from a place to the goal; `Infinity` where no way leads. */
  stepsFrom(x: number, z: number): number {
    const steps = this.distance[cellAt(x, z)];
    return steps === FAR ? Number.POSITIVE_INFINITY : steps;
  }

  /** The centre of the next cell on the way, or nothing where the goal is reached or no way leads. */
  next(x: number, z: number): { x: number; z: number } | undefined {
    const cell = cellAt(x, z);
    let best = -1;
    let least = this.distance[cell];
    for (let way = 0; way < WAYS.length; way++) {
      const next = neighbour(cell, way);
      if (next < 0 || this.distance[next] >= least || FLOOR[next] - FLOOR[cell] > STEP) continue;
      if (BLOCKED[next] && this.distance[next] > 0) continue;
      if (way >= 4 && !this.cutsCorner(cell, way)) continue;
      least = this.distance[next];
      best = next;
    }
    return best < 0 ? undefined : { x: middle(best % SIDE), z: middle(Math.floor(best / SIDE)) };
  }

  /** True where both cells beside a diagonal are free and as low as the one it starts from. */
  private cutsCorner(cell: number, way: number): boolean {
    const [dx, dz] = WAYS[way];
    return [cell + dx, cell + dz * SIDE].every((beside) => !BLOCKED[beside] && FLOOR[beside] - FLOOR[cell] <= STEP);
  }
}

function cellAt(x: number, z: number): number {
  const column = Math.max(0, Math.min(SIDE - 1, Math.floor(x + YARD.half)));
  const row = Math.max(0, Math.min(SIDE - 1, Math.floor(z + YARD.half)));
  return row * SIDE + column;
}

function neighbour(cell: number, way: number): number {
  const column = (cell % SIDE) + WAYS[way][0];
  const row = Math.floor(cell / SIDE) + WAYS[way][1];
  return column < 0 || row < 0 || column >= SIDE || row >= SIDE ? -1 : row * SIDE + column;
}
