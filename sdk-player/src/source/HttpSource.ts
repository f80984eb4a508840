import { type ByteSource, memorySource, SgapsError } from '@sgaps/protocol';
import { request } from './request.js';

/** Bytes asked for first: the header, and all of a short recording. */
const FIRST = 64 * 1024;

/**
 * A recording at an HTTP address, read by ranges. A file that changes meanwhile is refused.
 *
 * @example
 * ```ts
 * const source = await HttpSource.open('https://example.com/api/recordings/1f3a/download');
 * ```
 */
export class HttpSource implements ByteSource {
  private constructor(
    private readonly url: string,
    private readonly total: number,
    private readonly etag: string | null,
    private readonly first: Uint8Array,
    private readonly token: string | undefined,
  ) {}

  /** From a server that knows no ranges, the whole file is fetched. Throws `NOT_FOUND`, `UNAUTHORIZED` or `STORAGE_FAILED`. */
  static async open(url: string, token?: string): Promise<ByteSource> {
    const response = await request(url, { headers: { range: `bytes=0-${FIRST - 1}`, ...showing(token) } });
    const bytes = await bodyOf(response, url);
    if (response.status !== 206) return memorySource(bytes);
    // A server elsewhere that does not expose this header cannot be read by ranges.
    const total = Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN);
    if (!Number.isSafeInteger(total)) return memorySource(await bodyOf(await request(url, { headers: showing(token) }), url));
    return new HttpSource(url, total, response.headers.get('etag'), bytes, token);
  }

  size(): number {
    return this.total;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const end = Math.min(this.total, offset + length);
    if (end <= this.first.length) return this.first.subarray(offset, end);
    if (end <= offset) return new Uint8Array(0);
    const response = await request(this.url, { headers: { range: `bytes=${offset}-${end - 1}`, ...showing(this.token) } });
    if (response.status !== 206 || response.headers.get('etag') !== this.etag)
      throw new SgapsError('STORAGE_FAILED', `${this.url} changed while it was read. Open it again.`);
    return bodyOf(response, this.url);
  }
}

function showing(token: string | undefined): Record<string, string> {
  return token ? { authorization: `Bearer ${token}` } : {};
}

async function bodyOf(response: Response, url: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new SgapsError('STORAGE_FAILED', `${url} broke off. Try again.`, { cause });
  }
}
