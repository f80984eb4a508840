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
  const stands = (at: Triple, colour: Triple, size: number): Thing => ({
    kind: 'cube',
    colour,
    size: size * unit,
    place: () => ({ at, turn: 0.6 }),
  });
  const circling = (phase: number, colour: Triple): Thing => ({
    kind: 'cube',
    colour,
    size: 0.5 * unit,
    place: (seconds) => {
      const turn = phase + 0.8 * seconds;
      return { at: [x + 2.1 * unit * Math.sin(turn), y - 0.3 * unit, z - 2.1 * unit * Math.cos(turn)], turn: 2 * turn };
    },
  });
  return [
    circling(0.5, [230, 70, 60]),
    circling(0.5 + (2 * Math.PI) / 3, [70, 200, 110]),
    circling(0.5 + (4 * Math.PI) / 3, [240, 200, 70]),
    stands([x - 3.2 * unit, y + 0.75 * unit, z - 4.2 * unit], [120, 130, 240], 0.7),
    stands([x + 3.2 * unit, y + 0.7 * unit, z + 4 * unit], [240, 120, 220], 1.2),
    { kind: 'ring', colour: [250, 180, 60], size: 3.1 * unit, place: () => ({ at: [x, y, z], turn: 0 }) },
  ];
}

/** What a scene says is looked at, and from how far; something, where it says nothing. */
export function subjectOf(about: Readonly<Record<string, unknown>>): { readonly target: Triple; readonly distance: number } {
  const { target, distance } = about;
  const isTriple = Array.isArray(target) && target.length === 3 && target.every((value) => Number.isFinite(value));
  return {
    target: isTriple ? (target as unknown as Triple) : [0, 0, 0],
    distance: typeof distance === 'number' && distance > 0 ? distance : 4,
  };
}
