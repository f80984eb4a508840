export type Triple = readonly [number, number, number];

/** Something that this page draws, in the remote world: x to the right, y down, z forward. */
export interface Thing {
  readonly kind: 'cube' | 'ring';
  readonly colour: Triple;
  /** Of a cube's side, or across a ring. */
  readonly size: number;
  /** Where it is after so many seconds, and how far it has turned about the upright. */
  place(seconds: number): { readonly at: Triple; readonly turn: number };
}

/** Across the tube of a ring, as part of the ring. */
export const TUBE = 0.09;

/** Cubes that circle what is looked at, before it and behind it by turns; one that stands before it, one behind; and a ring about it. */
export function thingsAround([x, y, z]: Triple, distance: number): Thing[] {
  const unit = distance / 7.5;
  return [
    ...circling([x, y - 0.3 * unit, z], 2.1 * unit, 0.5 * unit),
    stands([x - 3.2 * unit, y + 0.75 * unit, z - 4.2 * unit], BLUE, 0.7 * unit),
    stands([x + 3.2 * unit, y + 0.7 * unit, z + 4 * unit], PINK, 1.2 * unit),
    { kind: 'ring', colour: ORANGE, size: 3.1 * unit, place: () => ({ at: [x, y, z], turn: 0 }) },
  ];
}

/** About the ball on the table of the room: a ring and cubes that circle it; a cube before the table, one half within the ball beside it, one behind the cupboard. */
export function thingsInRoom(): Thing[] {
  return [
    ...circling([0, 0.1, 0], 1.35, 0.3),
    { kind: 'ring', colour: ORANGE, size: 1.5, place: () => ({ at: [0, 0.6, 0], turn: 0 }) },
    stands([0.35, 1.7, -1.4], BLUE, 0.45),
    stands([-2, 0.95, 1.1], GREEN, 0.7),
    stands([4, 1.35, 2.7], PINK, 1.3),
  ];
}

const RED: Triple = [230, 70, 60];
const GREEN: Triple = [70, 200, 110];
const YELLOW: Triple = [240, 200, 70];
const BLUE: Triple = [120, 130, 240];
const PINK: Triple = [240, 120, 220];
const ORANGE: Triple = [250, 180, 60];

function stands(at: Triple, colour: Triple, size: number): Thing {
  return { kind: 'cube', colour, size, place: () => ({ at, turn: 0.6 }) };
}

/** Three cubes on a circle about a place. */
function circling([x, y, z]: Triple, radius: number, size: number): Thing[] {
  return [RED, GREEN, YELLOW].map((colour, i) => ({
    kind: 'cube',
    colour,
    size,
    place: (seconds) => {
      const turn = 0.5 + (i * 2 * Math.PI) / 3 + 0.8 * seconds;
      return { at: [x + radius * Math.sin(turn), y, z - radius * Math.cos(turn)], turn: 2 * turn };
    },
  }));
}
