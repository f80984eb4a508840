/**
 * What `sgaps doctor` may find; each is described in docs/operations/blobs.md.
 *
 * @example
 * ```ts
 * const kinds: FindingKind[] = ['lost', 'broken'];
 * ```
 */
export type FindingKind =
  | 'archive-unnoted'
  | 'broken'
  | 'catalog-missing'
  | 'clock'
  | 'copy-differs'
  | 'copy-unnoted'
  | 'deleted-left'
  | 'disk-nearly-full'
  | 'draft-left'
  | 'file-without-row'
  | 'foreign-object'
  | 'journal-left'
  | 'left-open'
  | 'lost'
  | 'missing-in-store'
  | 'no-index'
  | 'not-here'
  | 'not-stored'
  | 'object-without-row'
  | 'old-object'
  | 'permission'
  | 'row-differs'
  | 'store-not-named'
  | 'stored-unnoted'
  | 'upload-left'
  | 'wrong-index';

/**
 * Something that is wrong.
 *
 * @example
 * ```ts
 * const finding: Finding = { kind: 'not-stored', recording: 'a1', message: 'It is not in the store.', remedy: 'Upload it.' };
 * ```
 */
export interface Finding {
  readonly kind: FindingKind;
  /** Null where it is about no single one. */
  readonly recording: string | null;
  readonly message: string;
  /** What `--repair` does about it; null where somebody has to see to it. */
  readonly remedy: string | null;
}

/** A finding, and how it is repaired. */
export interface Found extends Finding {
  /** Throws where it cannot be; null where there is no remedy. */
  readonly repair: (() => Promise<unknown>) | null;
}

/** A finding that is repaired so. */
export function found(
  kind: FindingKind,
  recording: string | null,
  message: string,
  remedy?: readonly [string, () => Promise<unknown>],
): Found {
  return { kind, recording, message, remedy: remedy?.[0] ?? null, repair: remedy?.[1] ?? null };
}
