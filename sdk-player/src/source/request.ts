import { SgapsError, type SgapsErrorCode } from '@sgaps/protocol';

const CODES: Readonly<Record<number, SgapsErrorCode>> = {
  401: 'UNAUTHORIZED',
  403: 'UNAUTHORIZED',
  404: 'NOT_FOUND',
  410: 'NOT_FOUND',
};

/** Fetches, with the server's refusal as an error: `NOT_FOUND`, `UNAUTHORIZED`, and `STORAGE_FAILED` for all others. */
export async function request(url: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch((cause: unknown) => {
    throw new SgapsError('STORAGE_FAILED', `${url} cannot be reached.`, { cause });
  });
  if (response.ok) return response;
  throw new SgapsError(
    CODES[response.status] ?? 'STORAGE_FAILED',
    `${url} answered ${response.status} ${response.statusText}`.trimEnd(),
  );
}
