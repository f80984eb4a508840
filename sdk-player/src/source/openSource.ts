import { type ByteSource, memorySource, SgapsError } from '@sgaps/protocol';
import { HttpSource } from './HttpSource.js';

/**
 * Where a recording is: in memory, in a file of the user's, or at an HTTP address, which is read by ranges where its server can.
 *
 * @example
 * ```ts
 * const source: RecordingSource = input.files[0];
 * ```
 */
export type RecordingSource = ArrayBuffer | Uint8Array | Blob | string | URL;

/** The bytes of a source. Addresses must be absolute: a worker's are relative to its script. Throws as `HttpSource.open` does. */
export async function openSource(source: RecordingSource, token?: string): Promise<ByteSource> {
  if (typeof source === 'string' || source instanceof URL) return HttpSource.open(String(source), token);
  if (source instanceof Blob) return new BlobSource(source);
  return memorySource(source instanceof Uint8Array ? source : new Uint8Array(source));
}

class BlobSource implements ByteSource {
  constructor(private readonly blob: Blob) {}

  size(): number {
    return this.blob.size;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    try {
      return new Uint8Array(await this.blob.slice(offset, offset + length).arrayBuffer());
    } catch (cause) {
      throw new SgapsError('STORAGE_FAILED', 'The file cannot be read any more; it was moved or changed. Choose it again.', {
        cause,
      });
    }
  }
}
