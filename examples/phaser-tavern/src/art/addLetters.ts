import type Phaser from 'phaser';
import { PIXEL, PixelCanvas } from '../../../shared/PixelCanvas.js';
import { advanceOf, LETTERS, LINE } from './letters.js';

/** Key of the font, white and to be tinted. */
export const TEXT = 'text';
/** The size at which a letter's pixel is two of the screen, and one of the grid on which the game is recorded. */
export const TEXT_SIZE = LINE * PIXEL;

const CELL = 6;

/** Draws the font and registers it for `add.bitmapText`. */
export function addLetters(scene: Phaser.Scene): void {
  const sheet = new PixelCanvas(LETTERS.size * CELL, LINE);
  const chars: Record<number, object> = {};
  const size = { width: sheet.width * PIXEL, height: LINE * PIXEL };
  [...LETTERS].forEach(([char, { rows, left, width }], i) => {
    rows.forEach((bits, y) => {
      for (let x = 0; x < width; x++) if (bits & (16 >> (left + x))) sheet.dot(i * CELL + x, y + 1, '#ffffff');
    });
    const box = { x: i * CELL * PIXEL, y: 0, width: width * PIXEL, height: size.height };
    chars[char.charCodeAt(0)] = {
      ...box,
      ...{ centerX: box.width / 2, centerY: box.height / 2, xOffset: 0, yOffset: 0, xAdvance: advanceOf(char) * PIXEL },
      ...{ data: {}, kerning: {}, u0: box.x / size.width, v0: 1, u1: (box.x + box.width) / size.width, v1: 0 },
    };
  });
  scene.textures.addCanvas(TEXT, sheet.enlarge());
  const data = { retroFont: true, font: TEXT, size: TEXT_SIZE, lineHeight: TEXT_SIZE, chars };
  scene.cache.bitmapFont.add(TEXT, { data, frame: null, texture: TEXT });
}
