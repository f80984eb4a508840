/**
 * Stable codes of every error SGAPS raises on purpose. A code never changes its meaning; docs and dashboards key on it.
 *
 * @example
 * ```ts
 * if (isSgapsError(error) && error.code === 'BYTES_TRUNCATED') dropPacket();
 * ```
 */
export type SgapsErrorCode =
  | 'BYTES_TRUNCATED'
  | 'BYTES_MALFORMED'
  | 'LIMIT_EXCEEDED'
  | 'VERSION_UNSUPPORTED'
  | 'CHECKSUM_MISMATCH'
  | 'ARGUMENT_INVALID'
  | 'OUT_OF_ORDER'
  | 'NOT_FOUND'
  | 'UNAUTHORIZED'
  | 'STORAGE_FULL'
  | 'STORAGE_FAILED'
  | 'QUOTA_EXCEEDED'
  | 'UNSUPPORTED'
  | 'CLOSED'
  | 'MODEL_NOT_FOUND'
  | 'MODEL_INVALID'
  | 'PROVIDER_UNAVAILABLE'
  | 'RENDERER_UNAVAILABLE'
  | 'UNAVAILABLE';

/**
 * An error with a stable `code`, saying what was wrong and what to do about it.
 *
 * @example
 * ```ts
 * throw new SgapsError('LIMIT_EXCEEDED', `Packet names ${n} samples, at most ${LIMITS.samplesPerFrame} are allowed.`);
 * ```
 */
export class SgapsError extends Error {
  /** Stable machine-readable reason. */
  readonly code: SgapsErrorCode;

  constructor(code: SgapsErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'SgapsError';
    this.code = code;
  }

  /** Bytes ended before the value that was to be read. */
  static truncated(what: string): SgapsError {
    return new SgapsError('BYTES_TRUNCATED', `Bytes ended inside ${what}; the packet or file is cut short.`);
  }

  /** Bytes are there but say something the format does not allow. */
  static malformed(what: string): SgapsError {
    return new SgapsError('BYTES_MALFORMED', `Malformed ${what}.`);
  }

  /** A length, count, id or coordinate is beyond its limit in `LIMITS`. */
  static limit(what: string, value: number, limit: number): SgapsError {
    return new SgapsError('LIMIT_EXCEEDED', `${what} is ${value}, the limit is ${limit}.`);
  }
}

/**
 * True when `error` was raised by SGAPS, also across duplicate copies of the package.
 *
 * @example
 * ```ts
 * try { decode(bytes) } catch (error) { if (!isSgapsError(error)) throw error; }
 * ```
 */
export function isSgapsError(error: unknown): error is SgapsError {
  return error instanceof Error && error.name === 'SgapsError' && typeof (error as { code?: unknown }).code === 'string';
}
