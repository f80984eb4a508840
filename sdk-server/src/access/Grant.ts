/**
 * What a token is for: `record` sessions, `watch` them (and export them), or all, changing and deleting as well (`admin`).
 *
 * @example
 * ```ts
 * const scope: Scope = 'watch';
 * ```
 */
export type Scope = 'record' | 'watch' | 'admin';

/** All of them. */
export const SCOPES: readonly Scope[] = ['record', 'watch', 'admin'];

/**
 * What somebody was let in with, after it was checked.
 *
 * @example
 * ```ts
 * const grant: Grant = await access.identify(token);
 * ```
 */
export interface Grant {
  readonly scope: Scope;
  /** Games by name, or all. */
  readonly games: readonly string[] | '*';
  /** The only recording that it is for, as of a share link; null for all of those games. */
  readonly recording: string | null;
  /** The only scene that it is for, as of a viewing ticket; null for all. */
  readonly scene: string | null;
  /** Who it was made for, in the words of whoever made it. */
  readonly subject: string | null;
  /** `token:ID`, `key:ID`, or `open` where the server asks nobody. */
  readonly id: string;
  /** ms since 1970; null: never. */
  readonly expiresAt: number | null;
}

/** Everybody's, where the server has no secret. */
export const OPEN: Grant = {
  scope: 'admin',
  games: '*',
  recording: null,
  scene: null,
  subject: null,
  id: 'open',
  expiresAt: null,
};

/** What is asked for. */
export interface Wish {
  readonly scope: Scope;
  readonly game?: string;
  readonly recording?: string;
}

/** True where the grant is for that. What names no game or recording only asks for the scope. */
export function covers(grant: Grant, { scope, game, recording }: Wish): boolean {
  if (grant.scope !== 'admin' && grant.scope !== scope) return false;
  // A ticket opens one scene of the transport, nothing here.
  if (grant.scene !== null) return false;
  if (game !== undefined && grant.games !== '*' && !grant.games.includes(game)) return false;
  return recording === undefined || grant.recording === null || grant.recording === recording;
}

/** True where a viewer with this grant may watch a scene of the transport, which knows recordings by their ids only. */
export function coversScene(grant: Grant, scene: string): boolean {
  if (grant.scope === 'record') return false;
  if (grant.scene !== null) return grant.scene === scene;
  if (grant.recording !== null) return recordingOf(scene) === grant.recording;
  return grant.games === '*';
}

/** The recording that a scene shows; null where it shows something else. */
export function recordingOf(scene: string): string | null {
  return /^(?:replay|free):(.+)$/.exec(scene)?.[1] ?? null;
}
