import type Phaser from 'phaser';
import { PIXEL, PixelCanvas } from '../../../shared/PixelCanvas.js';

/** Registers a drawn picture, enlarged; with several frames they lie side by side and are named `${key}-${number}`. */
export function addTexture(
  scene: Phaser.Scene,
  key: string,
  width: number,
  height: number,
  draw: (picture: PixelCanvas, frame: number) => void,
  frames = 1,
): void {
  const sheet = new PixelCanvas((width + 1) * frames, height);
  for (let i = 0; i < frames; i++) {
    const frame = new PixelCanvas(width, height);
    draw(frame, i);
    sheet.stamp(frame, i * (width + 1), 0);
  }
  const texture = scene.textures.addCanvas(key, sheet.enlarge());
  for (let i = 0; i < frames; i++) texture?.add(`${key}-${i}`, 0, i * (width + 1) * PIXEL, 0, width * PIXEL, height * PIXEL);
}
