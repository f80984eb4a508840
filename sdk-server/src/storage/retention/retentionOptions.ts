import { InvalidArgumentError, Option } from 'commander';
import { byteSize } from '../../commandLine.js';

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
      'delete the oldest recordings beyond so many bytes in all: 500GB (default: none)',
    ).argParser(byteSize),
    new Option('--keep-recordings <number>', 'delete the oldest recordings beyond so many in all (default: none)').argParser(
      recordingCount,
    ),
  ];
}
