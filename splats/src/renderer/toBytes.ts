/** Colours in [0, 1] as bytes, rounded. */
export function toBytes(colours: Float32Array): Uint8Array {
  const bytes = new Uint8Array(colours.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = 255 * colours[at] + 0.5;
  return bytes;
}
