import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompressSync } from 'node:zlib';
import { type Compressor, SgapsError } from '@sgaps/protocol';

/** zstd level 1: what is stored is mostly entropy-coded already. */
const LEVEL = 1;
const compress = promisify(zstdCompress);
/** Memory for packed bytes, taken at once where they are no more: by default it is taken, and the packing interrupted, every 16 KiB. */
const MOST_AT_ONCE = 1 << 20;
/** What packing may add to bytes that do not get smaller. */
const OVERHEAD = 1024;
/** Bytes looked at to see whether packing is worth a try, in runs of so many, and the bits a byte from which on it is not: noise has 7.95. */
const SAMPLED = 4096;
const RUN = 256;
const DENSE = 7.85;
/** A frame may ask for a window of at most 16 MiB, so that hostile bytes cannot make the decoder allocate more. */
const WINDOW_LOG = 24;

/**
 * The recording's compressor on a server: zstd from `node:zlib`. `compress` works in the thread pool, so that a snapshot of
 * megabytes does not stop the event loop; bytes as even as noise, which those of most packets are, it gives back as they are.
 * `decompress` throws `BYTES_MALFORMED` for bytes that are no zstd frame or unpack to more than `maxBytes`.
 *
 * @example
 * ```ts
 * const reader = await RecordingReader.open(source, { compressor: zstdCompressor });
 * ```
 */
export const zstdCompressor: Compressor = {
  name: 'zstd',
  compress: async (bytes) => {
    if (bytes.length > SAMPLED && isDense(bytes)) return bytes;
    return compress(bytes, {
      chunkSize: Math.min(bytes.length + OVERHEAD, MOST_AT_ONCE),
      pledgedSrcSize: bytes.length,
      params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
    });
  },
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

/** Whether the bytes are used so evenly that nothing is to be gained: by the entropy of some runs spread over them. */
function isDense(bytes: Uint8Array): boolean {
  const counts = new Uint16Array(256);
  const step = Math.floor((bytes.length - RUN) / (SAMPLED / RUN - 1));
  for (let start = 0; start + RUN <= bytes.length; start += step) {
    for (let i = start; i < start + RUN; i++) counts[bytes[i]]++;
  }
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / SAMPLED) * Math.log2(count / SAMPLED);
  return bits > DENSE;
}
