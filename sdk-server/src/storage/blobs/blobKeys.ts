import { isRecordingId } from '@sgaps/protocol';

/**
 * What a blob is of a recording. An archive's key tells when it was made: it does not take the place of the recording's before it is there in whole.
 *
 * @example
 * ```ts
 * const part: RecordingPart = { id: 'a1', kind: 'file', archivedAt: null };
 * ```
 */
export interface RecordingPart {
  readonly id: string;
  /** `full`: the recording that an archive was made from, where it was kept. */
  readonly kind: 'file' | 'preview' | 'full';
  readonly archivedAt: number | null;
}

/** The key of a recording's file. */
export function fileKey(id: string, archivedAt: number | null): string {
  return archivedAt === null ? `${id}.sgaps` : `${id}.archive-${archivedAt}.sgaps`;
}

/** The key of a part. */
export function keyOf({ id, kind, archivedAt }: RecordingPart): string {
  if (kind === 'file') return fileKey(id, archivedAt);
  return kind === 'preview' ? `${id}.webp` : `${id}.full.sgaps`;
}

/** What a key names; null for one that is none of ours. */
export function partOf(key: string): RecordingPart | null {
  const [, id, rest] = /^([^.]+)\.(.+)$/.exec(key) ?? [];
  if (!isRecordingId(id)) return null;
  if (rest === 'sgaps') return { id, kind: 'file', archivedAt: null };
  if (rest === 'webp') return { id, kind: 'preview', archivedAt: null };
  if (rest === 'full.sgaps') return { id, kind: 'full', archivedAt: null };
  const madeAt = Number(/^archive-(\d+(?:\.\d+)?)\.sgaps$/.exec(rest)?.[1] ?? Number.NaN);
  return Number.isFinite(madeAt) && keyOf({ id, kind: 'file', archivedAt: madeAt }) === key
    ? { id, kind: 'file', archivedAt: madeAt }
    : null;
}

/** Of the keys of one recording that of its file as it is now: the newest archive, or else the recording. Null where there is none. */
export function newestFile(keys: readonly string[]): string | null {
  let newest: RecordingPart | null = null;
  for (const key of keys) {
    const part = partOf(key);
    if (part?.kind !== 'file') continue;
    if (newest === null || (part.archivedAt ?? -1) > (newest.archivedAt ?? -1)) newest = part;
  }
  return newest && keyOf(newest);
}
