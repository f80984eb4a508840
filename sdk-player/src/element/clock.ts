/** 1:02:03.4 or 2:03.4; without tenths 2:03. */
export function clock(seconds: number, tenths = true): string {
  const total = Math.floor(Math.max(0, seconds) * 10 + 1e-6);
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(total / 36_000), Math.floor(total / 600) % 60, Math.floor(total / 10) % 60];
  const head = hours > 0 ? `${hours}:${two(minutes)}` : String(minutes);
  return `${head}:${two(rest)}${tenths ? `.${total % 10}` : ''}`;
}

/** A time as it is read out: 1 minute 5 seconds. */
export function spokenTime(seconds: number): string {
  const total = Math.floor(Math.max(0, seconds));
  const parts = (
    [
      [Math.floor(total / 3600), 'hour'],
      [Math.floor(total / 60) % 60, 'minute'],
      [total % 60, 'second'],
    ] as const
  ).filter(([count, unit]) => count > 0 || (unit === 'second' && total < 60));
  return parts.map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`).join(' ');
}

/** A speed as its button says it: ½×, 2×, −1×. */
export function rateName(rate: number): string {
  const names: Readonly<Record<number, string>> = { 0.25: '¼', 0.5: '½' };
  const size = Math.abs(rate);
  return `${rate < 0 ? '−' : ''}${names[size] ?? String(Math.round(size * 100) / 100)}×`;
}
