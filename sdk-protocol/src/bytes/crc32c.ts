/** Eight tables of 256: slice-by-8, so that one step takes in eight bytes. */
const TABLES = /* @__PURE__ */ buildTables();

function buildTables(): Uint32Array {
  const tables = new Uint32Array(8 * 256);
  for (let n = 0; n < 256; n++) {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    tables[n] = crc;
  }
  for (let n = 0; n < 256; n++) {
    for (let k = 1; k < 8; k++) {
      const before = tables[(k - 1) * 256 + n];
      tables[k * 256 + n] = tables[before & 255] ^ (before >>> 8);
    }
  }
  return tables;
}

/**
 * CRC-32C (Castagnoli, polynomial 0x1EDC6F41, reflected) of `bytes[start, end)`, as a u32. `seed` continues an earlier
 * checksum or sets apart checksums of different origin (the journal seeds with its epoch).
 *
 * @example
 * ```ts
 * crc32c(new Uint8Array([49, 50, 51, 52, 53, 54, 55, 56, 57])) === 0xe3069283; // '123456789'
 * ```
 */
export function crc32c(bytes: Uint8Array, seed = 0, start = 0, end = bytes.length): number {
  const t = TABLES;
  let crc = ~seed;
  let i = start;
  for (; i + 8 <= end; i += 8) {
    const low = crc ^ (bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
    crc =
      t[1792 + (low & 255)] ^
      t[1536 + ((low >>> 8) & 255)] ^
      t[1280 + ((low >>> 16) & 255)] ^
      t[1024 + (low >>> 24)] ^
      t[768 + bytes[i + 4]] ^
      t[512 + bytes[i + 5]] ^
      t[256 + bytes[i + 6]] ^
      t[bytes[i + 7]];
  }
  for (; i < end; i++) crc = t[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}
