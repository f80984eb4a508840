/** A row of `/api/recordings`. */
export interface Recording {
  readonly id: string;
  readonly game: string;
  readonly engine: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly frames: number;
  readonly bytes: number;
  readonly gridWidth: number;
  readonly gridHeight: number;
  readonly fps: number;
  readonly status: 'recording' | 'finished' | 'recovered' | 'failed';
  /** Of an archive: bytes of the file before and now. */
  readonly archivedAt: number | null;
  readonly archivedFrom: number | null;
  readonly archivedTo: number | null;
  /** The recordings of the same session before and after this one, where a server stopped in the middle of it; the latter only of one that was asked for by its id. */
  readonly continues: string | null;
  readonly continuedBy?: string | null;
  /** Why it must not be deleted; null where it may be, or to those who may not know. */
  readonly held: string | null;
}

/** A row of `/api/sessions`. */
export interface Running {
  readonly roomId: string;
  readonly recordingId: string;
  readonly game: string;
  readonly engine: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly fps: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** What `/readyz` says. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly why: string | null }>>;
}

/** What the server answered instead. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Told by the document when the server asks for a token that holds. */
export const LOGIN_NEEDED = 'sgaps-login';

/** Fetches JSON; throws `ApiError` with the server's code. */
export async function api<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(path, init);
  if (response.status === 204) return undefined as T;
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as T;
  const { code = 'HTTP', message = response.statusText } =
    (body as { error?: { code?: string; message?: string } } | null)?.error ?? {};
  if (response.status === 401 && path !== '/api/login') document.dispatchEvent(new Event(LOGIN_NEEDED));
  throw new ApiError(response.status, code, message);
}
