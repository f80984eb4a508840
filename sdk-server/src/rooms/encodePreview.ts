import sharp from 'sharp';

// Pictures are small: one thread each leaves the cores to the rooms.
sharp.concurrency(1);
sharp.cache(false);

/**
 * A rebuilt frame as WebP: for previews and thumbnails.
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
