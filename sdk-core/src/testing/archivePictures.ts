import type { CaptureGrid, FrameState, StateSchema, TrackedObject } from '@sgaps/protocol';
import { ArchiveDecoder } from '../archive/ArchiveDecoder.js';
import { ArchiveEncoder, type ArchiveEncoderOptions } from '../archive/ArchiveEncoder.js';
import type { ArchiveModel } from '../archive/ArchiveModel.js';
import type { ArchivePicture, ArchiveShape } from '../archive/ArchivePicture.js';
import { createTexture, paintView, region, view } from './worlds.js';

export const SCHEMA: StateSchema = { values: [{ name: 'health', type: 'int' }] };
const FPS = 30;

/** What a game says: of a 2D world with an object and a value, of a 3D camera, or nothing. */
export type Said = '2d' | '3d' | 'nothing';

let texture: Uint8Array | undefined;

export function shapeOf(grid: CaptureGrid): ArchiveShape {
  return { grid, fps: FPS, schema: SCHEMA };
}

/** Pictures of a tiled world that scrolls by 3 pixels each, with a square that moves over it. */
export function movingPictures(grid: CaptureGrid, count: number, said: Said = 'nothing', first = 0): ArchivePicture[] {
  texture ??= createTexture(5);
  const world = texture;
  return Array.from({ length: count }, (_, i) => {
    const at = first + i;
    const rgb = new Uint8ClampedArray(3 * grid.width * grid.height);
    paintView(world, 3 * at, at, rgb as unknown as Uint8Array, grid);
    const x = (5 * at) % Math.max(1, grid.width - 9);
    for (let row = 4; row < 13; row++) rgb.fill(240, 3 * (row * grid.width + x), 3 * (row * grid.width + x + 9));
    return { frameId: 10 + at, time: (1000 * at) / FPS, rgb, state: stateOf(grid, said, at, x) };
  });
}

/** Pictures of noise that is another one each time; `strength` 0 … 255. */
export function noisyPictures(grid: CaptureGrid, count: number, strength: number): ArchivePicture[] {
  let seed = 1;
  return movingPictures(grid, count).map((picture) => {
    const rgb = picture.rgb.map((value) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
      return value + ((seed >>> 24) * strength) / 256 - strength / 2;
    });
    return { ...picture, rgb };
  });
}

/** Pictures whose 16×16 squares each take on another tint with every pair, which a model that knows mean colours draws better than motion does. */
export function flickeringPictures(grid: CaptureGrid, count: number, said: Said = 'nothing', first = 0): ArchivePicture[] {
  const [still] = movingPictures(grid, 1);
  return movingPictures(grid, count, said, first).map((picture, index) => {
    const rgb = still.rgb.map((value, i) => {
      const pixel = Math.floor(i / 3);
      const square = ((pixel % grid.width) >> 4) + 64 * (Math.floor(pixel / grid.width) >> 4);
      const hash = Math.imul(square + 977 * (index >> 1) + (i % 3) * 131, 0x9e3779b1);
      return value / 2 + ((hash >>> 25) & 127);
    });
    return { ...picture, rgb };
  });
}

/** The same picture again and again. */
export function stillPictures(grid: CaptureGrid, count: number, said: Said = 'nothing'): ArchivePicture[] {
  const [{ rgb }] = movingPictures(grid, 1);
  const state = stateOf(grid, said, 0, 0);
  return Array.from({ length: count }, (_, i) => ({ frameId: i, time: (1000 * i) / FPS, rgb, state }));
}

function stateOf(grid: CaptureGrid, said: Said, at: number, x: number): FrameState | null {
  if (said === 'nothing') return null;
  if (said === '3d') return state3d(grid, at);
  const square: TrackedObject = { ...region(7, 1, x + 3 * at, 4 + at, 9, 9), texture: 'square', frame: `${at % 3}`, alpha: 1 };
  return { ...view(3 * at, at, [square], grid), values: [at] };
}

function state3d({ width, height }: CaptureGrid, at: number): FrameState {
  const matrix = Float32Array.from([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, at / 4, 0, -at / 8, 1]);
  return {
    cameras: [],
    cameras3d: [{ id: 1, view: matrix, projection: matrix, x: 0, y: 0, width, height }],
    objects: [],
    values: [],
  };
}

/** A group's bytes. */
export function encodeGroup(
  grid: CaptureGrid,
  pictures: readonly ArchivePicture[],
  options: ArchiveEncoderOptions,
): Promise<Uint8Array> {
  return new ArchiveEncoder(shapeOf(grid), options).encode(pictures);
}

/** A group's pictures, each with a buffer of its own. */
export async function decodeGroup(decoder: ArchiveDecoder, bytes: Uint8Array): Promise<ArchivePicture[]> {
  decoder.open(bytes);
  const pictures: ArchivePicture[] = [];
  for (let picture = await decoder.next(); picture; picture = await decoder.next())
    pictures.push({ ...picture, rgb: picture.rgb.slice() });
  return pictures;
}

export function decoderOf(grid: CaptureGrid, model: ArchiveModel | null): ArchiveDecoder {
  return new ArchiveDecoder(shapeOf(grid), { model });
}

/** Mean PSNR of pictures, dB, at most 60 each. */
export function meanPsnr(pictures: readonly ArchivePicture[], truths: readonly ArchivePicture[]): number {
  let sum = 0;
  pictures.forEach(({ rgb }, i) => {
    let error = 0;
    for (let k = 0; k < rgb.length; k++) error += (rgb[k] - truths[i].rgb[k]) ** 2;
    sum += Math.min(60, 10 * Math.log10((255 ** 2 * rgb.length) / error));
  });
  return sum / pictures.length;
}
