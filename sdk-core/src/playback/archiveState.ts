/** What the snapshot before a group holds: a group needs nothing that was before it. */
const VERSION = 1;

/**
 * The state of the snapshot before each group of an archive: its version, a byte.
 *
 * @example
 * ```ts
 * const payload = encodeSnapshot(archiveState(), webp);
 * ```
 */
export function archiveState(): Uint8Array {
  return Uint8Array.of(VERSION);
}

/**
 * True for such a state, of this version.
 *
 * @example
 * ```ts
 * if (!isArchiveState(snapshot.state)) throw SgapsError.malformed('archive');
 * ```
 */
export function isArchiveState(state: Uint8Array): boolean {
  return state.length === 1 && state[0] === VERSION;
}
