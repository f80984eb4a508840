import type { CaptureGrid } from '@sgaps/protocol';
import { AreaGather } from './areaSample.js';
import { GPU, type WebGpuDevice, type WebGpuTexture } from './webGpu.js';

/** Rows of a copied texture start at multiples of so many bytes. */
const ROW_ALIGNMENT = 256;

/**
 * The grid picture of a WebGPU texture that can be copied (3 × width × height bytes, top row first). Debugging and benches only.
 *
 * @example
 * ```ts
 * const truth = await readTexture(device, context.getCurrentTexture(), 'bgra8unorm', { width: 320, height: 180 });
 * ```
 */
export async function readTexture(
  device: WebGpuDevice,
  texture: WebGpuTexture,
  format: 'bgra8unorm' | 'rgba8unorm',
  grid: CaptureGrid,
): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height } = texture;
  const bytesPerRow = Math.ceil((4 * width) / ROW_ALIGNMENT) * ROW_ALIGNMENT;
  const buffer = device.createBuffer({ size: bytesPerRow * height, usage: GPU.bufferMapRead | GPU.bufferCopyTarget });
  const encoder = device.createCommandEncoder();
  encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow }, { width, height });
  device.queue.submit([encoder.finish()]);
  try {
    await buffer.mapAsync(GPU.mapRead);
    const mapped = new Uint8Array(buffer.getMappedRange());
    const rgba = new Uint8Array(4 * width * height);
    for (let y = 0; y < height; y++) rgba.set(mapped.subarray(y * bytesPerRow, y * bytesPerRow + 4 * width), 4 * y * width);
    if (format === 'bgra8unorm') {
      for (let at = 0; at < rgba.length; at += 4) [rgba[at], rgba[at + 2]] = [rgba[at + 2], rgba[at]];
    }
    return new AreaGather(width, height, grid, true).picture(rgba);
  } finally {
    buffer.destroy();
  }
}
