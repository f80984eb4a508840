import { type Compressor, SgapsError } from '@sgaps/protocol';
import { decompress } from 'fzstd';

const MAGIC = 0xfd2fb528;

/**
 * Reads packed chunks in a browser: zstd in plain JavaScript. It packs nothing. `decompress` throws `BYTES_MALFORMED` for bytes that are
 * no zstd frame or that unpack to more than `maxBytes`, and never takes memory for more.
 *
 * @example
 * ```ts
 * const reader = await RecordingReader.open(source, { compressor: webCompressor });
 * ```
 */
export const webCompressor: Compressor = {
  name: 'zstd',
  compress: () => {
    throw new SgapsError('UNSUPPORTED', 'A browser only reads recordings; it packs nothing.');
  },
  decompress: (bytes, maxBytes) => {
    const size = contentSize(bytes) ?? maxBytes;
    if (size > maxBytes) throw SgapsError.malformed('zstd frame: it unpacks to more than it may');
    try {
      // Into memory of our own: by itself the decoder takes what the frame's header asks for.
      return decompress(bytes, new Uint8Array(size));
    } catch (cause) {
      throw new SgapsError('BYTES_MALFORMED', 'Packed bytes are damaged.', { cause });
    }
  },
};

/** How many bytes a frame says it unpacks to (RFC 8878, 3.1.1.1); null where it does not say. */
function contentSize(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 6 || view.getUint32(0, true) !== MAGIC) throw SgapsError.malformed('zstd frame: no such bytes');
  const flags = bytes[4];
  const single = (flags >> 5) & 1;
  const width = flags >> 6 ? 1 << (flags >> 6) : single;
  if (width === 0) return null;
  const at = 6 - single + [0, 1, 2, 4][flags & 3];
  if (bytes.length < at + width) throw SgapsError.truncated('zstd frame');
  if (width === 1) return bytes[at];
  if (width === 2) return view.getUint16(at, true) + 256;
  return width === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}
