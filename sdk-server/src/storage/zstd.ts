import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompressSync } from 'node:zlib';
import { type Compressor, SgapsError } from '@sgaps/protocol';

/** zstd level 1: what is stored is mostly entropy-coded already. */
const LEVEL = 1;
const compress = promisify(zstdCompress);
/** A frame may ask for a window of at most 16 MiB, so that hostile bytes cannot make the decoder allocate more. */
const WINDOW_LOG = 24;

/**
 * The recording's compressor on a server: zstd from `node:zlib`. `compress` works in the thread pool, so that a snapshot of
 * megabytes does not stop the event loop. `decompress` throws `BYTES_MALFORMED` for bytes that are no zstd frame or unpack to
 * more than `maxBytes`.
 *
 * @example
 * ```ts
 * const reader = await RecordingReader.open(source, { compressor: zstdCompressor });
 * ```
 */
export const zstdCompressor: Compressor = {
  name: 'zstd',
  compress: (bytes) => compress(bytes, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } }),
  decompress: (bytes, maxBytes) => {
    try {
      const unpacked = zstdDecompressSync(bytes, {
        maxOutputLength: Math.max(1, maxBytes),
        chunkSize: Math.min(Math.max(1024, maxBytes), 1 << 20),
        params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG },
      });
      // A plain array, not a Buffer: `slice` of a Buffer would not copy.
      return new Uint8Array(unpacked.buffer, unpacked.byteOffset, unpacked.length);
    } catch (cause) {
      throw new SgapsError('BYTES_MALFORMED', 'Packed bytes are damaged or unpack to more than they may.', { cause });
    }
  },
};
