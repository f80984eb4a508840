import { ServerError } from '@colyseus/core';
import { type ErrorMessage, isSgapsError, type SgapsError, type SgapsErrorCode } from '@sgaps/protocol';
import { AccessError } from '../access/AccessError.js';
import { sessionMetrics } from '../watching/sessionMetrics.js';

/** HTTP status of each SGAPS error code, also used as the code of a refused join. */
const HTTP_STATUS: Readonly<Record<SgapsErrorCode, number>> = {
  BYTES_TRUNCATED: 422,
  BYTES_MALFORMED: 422,
  LIMIT_EXCEEDED: 413,
  VERSION_UNSUPPORTED: 426,
  CHECKSUM_MISMATCH: 422,
  ARGUMENT_INVALID: 400,
  OUT_OF_ORDER: 409,
  NOT_FOUND: 404,
  UNAUTHORIZED: 403,
  STORAGE_FULL: 507,
  STORAGE_FAILED: 500,
  QUOTA_EXCEEDED: 507,
  UNSUPPORTED: 501,
  CLOSED: 410,
  MODEL_NOT_FOUND: 404,
  MODEL_INVALID: 500,
  PROVIDER_UNAVAILABLE: 503,
  RENDERER_UNAVAILABLE: 503,
  UNAVAILABLE: 503,
};

/**
 * HTTP status of an error, also the code of a join that is refused with it; 500 for what is not one of ours.
 *
 * @example
 * ```ts
 * response.status(statusOf(error));
 * ```
 */
export function statusOf(error: unknown): number {
  if (error instanceof AccessError) return error.status;
  return isSgapsError(error) ? HTTP_STATUS[error.code] : 500;
}

/**
 * The error as Colyseus carries it to a client that joins: status as code, `CODE: message` as text. Anything that is
 * not an `SgapsError` becomes a 500 that tells the client nothing. It is counted as a refused join.
 *
 * @example
 * ```ts
 * throw toServerError(error);
 * ```
 */
export function toServerError(error: unknown): ServerError {
  sessionMetrics.refused.inc({ code: isSgapsError(error) ? error.code : 'INTERNAL' });
  if (isSgapsError(error)) return new ServerError(statusOf(error), `${error.code}: ${wordsOf(error)}`);
  if (error instanceof ServerError) return error;
  return new ServerError(500, 'INTERNAL: the server failed; its log says why.');
}

/**
 * The error as the `error` message of a room; `reset` asks the recorder to start its pixel stream afresh.
 *
 * @example
 * ```ts
 * client.send('error', errorMessage(error));
 * ```
 */
export function errorMessage(error: unknown, reset = false): ErrorMessage {
  if (isSgapsError(error)) return { code: error.code, message: wordsOf(error), reset };
  return { code: 'INTERNAL', message: 'The server failed; its log says why.', reset };
}

/** Where things are stored, and what is wrong there, is the log's: clients are told that it is. */
function wordsOf({ code, message }: SgapsError): string {
  if (code === 'STORAGE_FULL') return 'The server has no room for recordings.';
  return code === 'STORAGE_FAILED' ? 'The server cannot store recordings now.' : message;
}
