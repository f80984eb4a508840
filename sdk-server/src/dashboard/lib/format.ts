import type { Recording } from './api.js';

/** 1:02:03 or 2:03; with `tenths` 2:03.4. */
export function clock(ms: number, tenths = false): string {
  const total = Math.max(0, ms) / 1000;
  const seconds = Math.floor(total % 60);
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  const two = (value: number) => String(value).padStart(2, '0');
  const head = hours > 0 ? `${hours}:${two(minutes)}` : String(minutes);
  return `${head}:${two(seconds)}${tenths ? `.${Math.floor((total * 10) % 10)}` : ''}`;
}

/** 12 B, 1.2 kB, 3.4 MB, 5.6 GB. */
export function bytes(count: number): string {
  if (count < 1000) return `${Math.round(count)} B`;
  if (count < 1_000_000) return `${(count / 1000).toFixed(count < 10_000 ? 1 : 0)} kB`;
  if (count < 1_000_000_000) return `${(count / 1_000_000).toFixed(1)} MB`;
  return `${(count / 1_000_000_000).toFixed(1)} GB`;
}

/** What a recording takes; of an archive, also what it took before. */
export function sizeOf({ bytes: now, archivedFrom, archivedTo }: Recording): string {
  return archivedFrom === null ? bytes(now) : `${bytes(archivedFrom)} → ${bytes(archivedTo ?? now)}`;
}

/** A time near now in words, an older one as a date. */
export function when(epoch: number, now = Date.now()): string {
  const minutes = Math.round((now - epoch) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.round(minutes / 60)} h ago`;
  return new Date(epoch).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
