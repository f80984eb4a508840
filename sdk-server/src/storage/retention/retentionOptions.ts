import { InvalidArgumentError, Option } from 'commander';

const UNITS = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 } as const;

/** Bytes as an option: a number, perhaps with k, M, G or T behind it. */
export function byteCount(text: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*(k|M|G|T|)B?$/.exec(text.trim());
  const bytes = found ? Math.round(Number(found[1]) * UNITS[found[2] as keyof typeof UNITS]) : Number.NaN;
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new InvalidArgumentError('Bytes are a number, perhaps with k, M, G or T behind it: 500G, 1.5T.');
}

/** Days as an option: 0.5, 30. */
export function dayCount(text: string): number {
  const days = Number(text);
  if (text.trim() !== '' && days >= 0 && days <= 1e6) return days;
  throw new InvalidArgumentError('Days are a number, 0 or more: 30, 0.5.');
}

/** A number of recordings as an option. */
export function recordingCount(text: string): number {
  const recordings = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(recordings) && recordings >= 0) return recordings;
  throw new InvalidArgumentError('A whole number, 0 or more.');
}

/** What is kept of all recordings, as options: of the server, and of a sweep by hand. */
export function keepOptions(): Option[] {
  return [
    new Option(
      '--keep-days <days>',
      'delete recordings that ended so many days ago; a game may have days of its own (default: never)',
    ).argParser(dayCount),
    new Option(
      '--keep-bytes <bytes>',
      'delete the oldest recordings beyond so many bytes in all: 500G (default: none)',
    ).argParser(byteCount),
    new Option('--keep-recordings <number>', 'delete the oldest recordings beyond so many in all (default: none)').argParser(
      recordingCount,
    ),
  ];
}
