import type Phaser from 'phaser';
import { PIXEL, PixelCanvas } from '../../../shared/PixelCanvas.js';

/** Draws one frame into a cell whose upper left corner is at (0, 0). */
export type FramePainter = (cell: PixelCanvas) => void;

/** Registers a texture whose named frames are drawn by `frames`; cells have the given size in drawn pixels. */
export function addSheet(
  textures: Phaser.Textures.TextureManager,
  key: string,
  width: number,
  height: number,
  frames: Readonly<Record<string, FramePainter>>,
): void {
  const names = Object.keys(frames);
  const columns = Math.min(names.length, 8);
  const pitchX = width + 2;
  const pitchY = height + 2;
  const sheet = new PixelCanvas(columns * pitchX, Math.ceil(names.length / columns) * pitchY);
  names.forEach((name, i) => {
    const cell = new PixelCanvas(width, height);
    frames[name](cell);
    sheet.stamp(cell, (i % columns) * pitchX + 1, Math.floor(i / columns) * pitchY + 1);
  });
  const texture = addPicture(textures, key, sheet);
  names.forEach((name, i) => {
    const x = ((i % columns) * pitchX + 1) * PIXEL;
    const y = (Math.floor(i / columns) * pitchY + 1) * PIXEL;
    texture.add(name, 0, x, y, width * PIXEL, height * PIXEL);
  });
}

/** Registers a drawn canvas as a texture of one frame. */
export function addPicture(textures: Phaser.Textures.TextureManager, key: string, picture: PixelCanvas): Phaser.Textures.Texture {
  const texture = textures.addCanvas(key, picture.enlarge());
  if (!texture) throw new Error(`Texture key in use: ${key}`);
  return texture;
}
