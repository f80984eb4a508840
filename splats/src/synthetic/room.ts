import { ball, block, boards, checks, type Surface, sheet, type Vector, waves } from './surfaces.js';

/** Corners of the room; y is down. */
export const ROOM_LOW: Vector = [-6, -2.5, -8];
export const ROOM_HIGH: Vector = [6, 2, 8];
/** Where its lamp hangs. */
export const LAMP: Vector = [0.5, -2.2, -1];

/** A room with things in it, each painted in its own way; all that can be seen from inside faces there. */
export function room(): Surface[] {
  const [x, y, z] = [ROOM_HIGH[0] - ROOM_LOW[0], ROOM_HIGH[1] - ROOM_LOW[1], ROOM_HIGH[2] - ROOM_LOW[2]];
  const [left, ceiling, front] = ROOM_LOW;
  const [right, floor, back] = ROOM_HIGH;
  const wall = waves([0.75, 0.68, 0.55], [0.6, 0.7, 0.72]);
  return [
    sheet([left, floor, front], [x, 0, 0], [0, 0, z], 0.3, boards(0.4, [0.62, 0.42, 0.26])),
    sheet([left, ceiling, front], [0, 0, z], [x, 0, 0], 0, checks(1.5, [0.92, 0.92, 0.9], [0.84, 0.85, 0.86])),
    sheet([left, ceiling, front], [0, y, 0], [0, 0, z], 0.05, wall),
    sheet([right, ceiling, front], [0, 0, z], [0, y, 0], 0.05, checks(0.5, [0.7, 0.35, 0.3], [0.78, 0.72, 0.66])),
    sheet([left, ceiling, front], [x, 0, 0], [0, y, 0], 0.05, wall),
    sheet([left, ceiling, back], [0, y, 0], [x, 0, 0], 0.05, waves([0.25, 0.4, 0.62], [0.8, 0.82, 0.75])),
    ...block([-1.2, 1.1, -0.8], [1.2, 2, 0.8], 0.2, boards(0.15, [0.35, 0.25, 0.2])),
    ...block([1.6, 0.2, 1], [2.6, 2, 2], 0.1, checks(0.3, [0.2, 0.55, 0.35], [0.85, 0.8, 0.3])),
    ...block([-5.6, -0.8, 5], [-4.6, 2, 6.4], 0.1, waves([0.55, 0.2, 0.45], [0.3, 0.25, 0.6])),
    ball([0, 0.6, 0], 0.5, 0.9, checks(0.2, [0.95, 0.9, 0.85], [0.75, 0.15, 0.12])),
    ball([-2.4, 1.3, 1.6], 0.7, 0.6, waves([0.9, 0.65, 0.15], [0.2, 0.45, 0.75])),
    ball([1.9, 1.6, -1.6], 0.4, 0.9, waves([0.15, 0.6, 0.55], [0.85, 0.85, 0.9])),
    ball([2.1, -0.4, 1.5], 0.6, 0.5, checks(0.35, [0.9, 0.5, 0.2], [0.25, 0.2, 0.3])),
  ];
}
