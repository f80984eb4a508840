import Phaser from 'phaser';
import { PIXEL, PixelCanvas } from './PixelCanvas.js';

const FACE = '#ffffff';
const FOOT = '#d5dcec';
const EDGE = '#1a1932';

/** Glyphs of 5 × 7 pixels: seven rows of five bits each, as two hexadecimal digits. */
const GLYPHS: Record<string, string> = {
  ...{
    A: '0e11111f111111',
    B: '1e11111e11111e',
    C: '0e11101010110e',
    D: '1e11111111111e',
    E: '1f10101e10101f',
    F: '1f10101e101010',
  },
  ...{
    G: '0e11101713110e',
    H: '1111111f111111',
    I: '0e04040404040e',
    J: '0702020202120c',
    K: '11121418141211',
    L: '1010101010101f',
  },
  ...{
    M: '111b1515111111',
    N: '11191513111111',
    O: '0e11111111110e',
    P: '1e11111e101010',
    Q: '0e11111115120d',
    R: '1e11111e141211',
  },
  ...{
    S: '0f10100e01011e',
    T: '1f040404040404',
    U: '1111111111110e',
    V: '11111111110a04',
    W: '1111111515150a',
    X: '11110a040a1111',
  },
  ...{
    Y: '11110a04040404',
    Z: '1f01020408101f',
    '0': '0e11131519110e',
    '1': '040c040404040e',
    '2': '0e11010204081f',
    '3': '1f02040201110e',
  },
  ...{
    '4': '02060a121f0202',
    '5': '1f101e0101110e',
    '6': '0608101e11110e',
    '7': '1f010204080808',
    '8': '0e11110e11110e',
    '9': '0e11110f01020c',
  },
  ...{
    '.': '00000000000c0c',
    ',': '000000000c0408',
    ':': '000c0c000c0c00',
    '!': '04040404040004',
    '?': '0e110102040004',
    '-': '0000001f000000',
  },
  ...{
    '+': '0004041f040400',
    '/': '00010204081000',
    "'": '0c040800000000',
    '(': '02040808080402',
    ')': '08040202020408',
    ' ': '00000000000000',
  },
};

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
