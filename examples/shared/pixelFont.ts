import Phaser from 'phaser';
import { GLYPHS } from './glyphs.js';
import { PIXEL, PixelCanvas } from './PixelCanvas.js';

const FACE = '#ffffff';
const FOOT = '#d5dcec';
const EDGE = '#1a1932';

const CELL_WIDTH = 7;
const CELL_HEIGHT = 9;
const CHARS = Object.keys(GLYPHS).join('');

/** Key of the game's own bitmap font: white letters with a dark edge, to be tinted at will. */
export const FONT = 'font';

/** Draws the font and registers it for `add.bitmapText`. Size 14 is the drawn size; use multiples of it. */
export function addFont(scene: Phaser.Scene): void {
  const sheet = new PixelCanvas(CHARS.length * CELL_WIDTH, CELL_HEIGHT);
  [...CHARS].forEach((char, i) => {
    const cell = new PixelCanvas(CELL_WIDTH, CELL_HEIGHT);
    for (let row = 0; row < 7; row++) {
      const bits = Number.parseInt(GLYPHS[char].slice(row * 2, row * 2 + 2), 16);
      for (let column = 0; column < 5; column++) if (bits & (16 >> column)) cell.dot(1 + column, 1 + row, row > 4 ? FOOT : FACE);
    }
    cell.outline(EDGE);
    sheet.stamp(cell, i * CELL_WIDTH, 0);
  });
  scene.textures.addCanvas(FONT, sheet.enlarge());
  const config: Phaser.Types.GameObjects.BitmapText.RetroFontConfig = {
    ...{ image: FONT, width: CELL_WIDTH * PIXEL, height: CELL_HEIGHT * PIXEL, chars: CHARS, charsPerRow: CHARS.length },
    ...{ 'offset.x': 0, 'offset.y': 0, 'spacing.x': 0, 'spacing.y': 0, lineSpacing: 0 },
  };
  scene.cache.bitmapFont.add(FONT, Phaser.GameObjects.RetroFont.Parse(scene, config));
}
