import sharp from 'sharp';

// Pictures are small: one thread each leaves the cores to the rooms.
sharp.concurrency(1);
sharp.cache(false);

/**
 * A rebuilt frame as JPEG (quality 82, full chroma: fast to make, sharp on pixel art). Runs on libuv's threads.
 *
 * @example
 * ```ts
 * const jpeg = await encodeFrame(decoded.rgb, 320, 180);
 * ```
 */
export async function encodeFrame(rgb: Uint8ClampedArray | Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 82, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

/**
 * A rebuilt frame as WebP: smaller than `encodeFrame` and slower; for previews and thumbnails.
 *
 * @example
 * ```ts
 * await store.savePreview(id, await encodePreview(decoded.rgb, 320, 180));
 * ```
 */
export async function encodePreview(rgb: Uint8ClampedArray | Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .webp({ quality: 80, effort: 2, smartSubsample: true })
    .toBuffer();
}

/**
 * A map of values 0 … 255 as a grey JPEG.
 *
 * @example
 * ```ts
 * const grey = await encodeMap(quantised, 320, 180);
 * ```
 */
export async function encodeMap(values: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return sharp(values, { raw: { width, height, channels: 1 } })
    .jpeg({ quality: 80 })
    .toBuffer();
}

/**
 * A map of small numbers, none of which may become another: lossless WebP, grey.
 *
 * @example
 * ```ts
 * const picture = await encodeClasses(decoded.sources(), 320, 180);
 * ```
 */
export async function encodeClasses(values: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return sharp(values, { raw: { width, height, channels: 1 } })
    .webp({ lossless: true, effort: 0 })
    .toBuffer();
}
