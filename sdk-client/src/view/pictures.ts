/** Lets go of what a frame shows. */
export function closePictures({ image, alpha }: { readonly image: ImageBitmap; readonly alpha: ImageBitmap | null }): void {
  image.close();
  alpha?.close();
}

/** The least distance; +∞ of none. */
export function nearestOf(depth: Float32Array): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < depth.length; i++) if (depth[i] < nearest) nearest = depth[i];
  return nearest;
}
