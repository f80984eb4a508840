import type { StackedLayout } from '@sgaps/protocol';
import type { CheckedOutput } from './checkOutput.js';
import { writeDepthLuma } from './depthTables.js';

const BLACK = 16;
const NO_CHROMA = 128;

/** Bytes of an I420 picture of this layout. */
export function planeBytes({ width, height }: StackedLayout): number {
  return (width * height * 3) / 2;
}

/**
 * Writes a picture as I420, colour (BT.709, limited range) above depth. Padding repeats the last column and row; without depth the lower half is black, nothing there.
 *
 * @example
 * ```ts
 * stackPlanes(checked, layout, planes);
 * ```
 */
export function stackPlanes(picture: CheckedOutput, layout: StackedLayout, planes: Uint8Array): void {
  const { width: stride, height: rows, depthTop } = layout;
  writeColour(picture, layout, planes);
  const depthPlane = planes.subarray(stride * depthTop, stride * rows);
  if (picture.depth === null) depthPlane.fill(BLACK);
  else {
    writeDepthLuma(picture.depth, picture.alpha, picture.width, depthPlane, stride);
    padDepth(picture, depthPlane, stride);
  }
  const chroma = (stride * depthTop) / 4;
  for (const plane of [0, 1]) {
    const start = stride * rows + 2 * chroma * plane;
    planes.fill(NO_CHROMA, start + chroma, start + 2 * chroma);
  }
}

/** Two rows and columns at a time: they share one chroma value, of their mean. Numbers are BT.709's in 1/65,536. */
function writeColour({ width, height, rgb }: CheckedOutput, layout: StackedLayout, planes: Uint8Array): void {
  const { width: stride, height: rows, depthTop } = layout;
  let u = stride * rows;
  let v = u + (stride * rows) / 4;
  for (let y = 0; y < depthTop; y += 2) {
    const upper = 3 * width * y;
    const lower = y + 1 < height ? upper + 3 * width : upper;
    for (let x = 0; x < stride; x += 2) {
      const right = x + 1 < width ? 3 : 0;
      const a = upper + 3 * x;
      const b = a + right;
      const c = lower + 3 * x;
      const d = c + right;
      const at = stride * y + x;
      planes[at] = luma(rgb[a], rgb[a + 1], rgb[a + 2]);
      planes[at + 1] = luma(rgb[b], rgb[b + 1], rgb[b + 2]);
      planes[at + stride] = luma(rgb[c], rgb[c + 1], rgb[c + 2]);
      planes[at + stride + 1] = luma(rgb[d], rgb[d + 1], rgb[d + 2]);
      const red = rgb[a] + rgb[b] + rgb[c] + rgb[d];
      const green = rgb[a + 1] + rgb[b + 1] + rgb[c + 1] + rgb[d + 1];
      const blue = rgb[a + 2] + rgb[b + 2] + rgb[c + 2] + rgb[d + 2];
      planes[u++] = (-6596 * red - 22188 * green + 28784 * blue + 33685504) >> 18;
      planes[v++] = (28784 * red - 26145 * green - 2639 * blue + 33685504) >> 18;
    }
  }
}

function luma(red: number, green: number, blue: number): number {
  return (11966 * red + 40254 * green + 4064 * blue + 1081344) >> 16;
}

function padDepth({ width, height }: CheckedOutput, plane: Uint8Array, stride: number): void {
  if (width < stride) for (let y = 0; y < height; y++) plane[stride * y + width] = plane[stride * y + width - 1];
  if (stride * height < plane.length) plane.copyWithin(stride * height, stride * (height - 1), stride * height);
}
