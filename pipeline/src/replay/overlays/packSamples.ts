import { BLOCK_KIND, BLOCK_SAMPLES, type SampleSet } from '@sgaps/protocol';

const ENTRY_BYTES = 6;

/**
 * An expanded set as viewers get it: u16 u, u16 v, u8 kind, u8 tier, little endian; a block is one entry, at its top-left pixel.
 *
 * @example
 * ```ts
 * const bytes = packSamples(decoded.samples);
 * ```
 */
export function packSamples({ count, u, v, kind, tier }: SampleSet): Uint8Array {
  const out = new Uint8Array(ENTRY_BYTES * count);
  const view = new DataView(out.buffer);
  let at = 0;
  for (let i = 0; i < count; i += kind[i] >= BLOCK_KIND ? BLOCK_SAMPLES : 1) {
    view.setUint16(at, u[i], true);
    view.setUint16(at + 2, v[i], true);
    out[at + 4] = kind[i];
    out[at + 5] = tier[i];
    at += ENTRY_BYTES;
  }
  return out.slice(0, at);
}
