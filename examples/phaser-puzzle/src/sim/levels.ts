/** So many glasses of a colour. */
export interface Goal {
  readonly kind: number;
  readonly wanted: number;
  got: number;
}

/** What a level asks for. */
export interface Level {
  /** Colours on the board. */
  readonly kinds: number;
  readonly moves: number;
  readonly goals: Goal[];
}

/** The rules of a level, counted from 1; they grow harder up to level 8. */
export function levelOf(number: number): Level {
  const hard = Math.min(number, 8);
  const kinds = number < 3 ? 5 : 6;
  const colours = number % 3 === 1 ? 2 : 3;
  const wanted = 10 + 2 * hard;
  const goals = Array.from({ length: colours }, (_, i) => ({ kind: (number + 2 * i) % kinds, wanted, got: 0 }));
  return { kinds, moves: 10 + 2 * colours + hard, goals };
}
