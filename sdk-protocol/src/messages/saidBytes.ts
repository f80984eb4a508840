/**
 * Bytes that JSON needs at least to say a value; once they are more than `most`, no more is looked at. Some bytes of msgpack make a value whose parts are shared, and whose text
 * has no end.
 *
 * @example
 * ```ts
 * if (saidBytes(data, 4096) > 4096) refuse();
 * ```
 */
export function saidBytes(value: unknown, most: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 1;
  // Its numbers by name: "0":0,
  if (ArrayBuffer.isView(value)) return 5 * value.byteLength;
  let bytes = 2;
  if (Array.isArray(value)) {
    bytes += Math.max(0, value.length - 1);
    for (let i = 0; i < value.length && bytes <= most; i++) bytes += saidBytes(value[i], most - bytes);
    return bytes;
  }
  for (const [key, field] of Object.entries(value)) {
    if (bytes > most) break;
    // It is left out.
    if (field === undefined) continue;
    bytes += key.length + (bytes > 2 ? 4 : 3);
    bytes += saidBytes(field, most - bytes);
  }
  return bytes;
}
