/** Shortest turn from one heading to another, −π … π. */
export function turnBetween(from: number, to: number): number {
  const difference = to - from;
  return difference - Math.PI * 2 * Math.floor((difference + Math.PI) / (Math.PI * 2));
}
