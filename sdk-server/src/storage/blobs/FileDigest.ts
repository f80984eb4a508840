import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** Read at once: what it takes to hash them keeps nothing else waiting. */
const PIECE = 128 * 1024;

/**
 * What a file's bytes are known by.
 *
 * @example
 * ```ts
 * const { bytes, sha256 }: FileDigest = await digestFile(handle, 5 * 2 ** 20);
 * ```
 */
export interface FileDigest {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** What S3 calls the ETag of an object that was uploaded in parts of that size. */
  readonly etag: string;
}

/** Reads a file once, from its beginning. */
export async function digestFile(handle: FileHandle, partBytes: number): Promise<FileDigest> {
  const whole = createHash('sha256');
  const parts: Buffer[] = [];
  let part = createHash('md5');
  let inPart = 0;
  let bytes = 0;
  const piece = Buffer.alloc(PIECE);
  for (;;) {
    const { bytesRead } = await handle.read(piece, 0, Math.min(PIECE, partBytes - inPart), bytes);
    if (bytesRead === 0) break;
    const read = piece.subarray(0, bytesRead);
    whole.update(read);
    part.update(read);
    bytes += bytesRead;
    inPart += bytesRead;
    if (inPart < partBytes) continue;
    parts.push(part.digest());
    part = createHash('md5');
    inPart = 0;
  }
  if (inPart > 0 || parts.length === 0) parts.push(part.digest());
  return { bytes, sha256: whole.digest('hex'), etag: etagOf(parts) };
}

function etagOf(parts: readonly Buffer[]): string {
  if (parts.length === 1) return parts[0].toString('hex');
  return `${createHash('md5').update(Buffer.concat(parts)).digest('hex')}-${parts.length}`;
}
