/** Minutes, seconds and hundredths of so many ticks: `0:27.35`. */
export function lapTime(ticks: number): string {
  const hundredths = Math.round((ticks * 100) / 60);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(hundredths / 6000)}:${two(Math.floor(hundredths / 100) % 60)}.${two(hundredths % 100)}`;
}

/** `1st`, `2nd`, `3rd`, `4th`. */
export function ordinal(place: number): string {
  return `${place}${['th', 'st', 'nd', 'rd'][place < 4 ? place : 0]}`;
}
