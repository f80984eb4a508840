import type Phaser from 'phaser';
import { PIXEL, type PixelCanvas } from '../../../shared/PixelCanvas.js';
import { addTexture } from './addTexture.js';
import { COPPER, INK, PAPER, WOOD } from './palette.js';

/** What words stand on. */
export type Plate = 'wood' | 'paper' | 'button' | 'focused' | 'off' | 'tip' | 'bar';

/** Key of a plate's texture of this size in screen pixels, drawn when first asked for. */
export function plate(scene: Phaser.Scene, style: Plate, width: number, height: number): string {
  const key = `${style}-${width}x${height}`;
  if (!scene.textures.exists(key)) addTexture(scene, key, width / PIXEL, height / PIXEL, (picture) => PAINTERS[style](picture));
  return key;
}

const PAINTERS: Record<Plate, (picture: PixelCanvas) => void> = {
  wood: (picture) => {
    const { width, height } = picture;
    rounded(picture, 0, INK);
    rounded(picture, 1, COPPER.plain);
    rounded(picture, 2, COPPER.dark);
    picture.rect(3, 3, width - 6, height - 6, WOOD.deep);
    for (let y = 3; y < height - 3; y += 12) picture.rect(3, y, width - 6, 1, '#35222a');
    for (const [x, y] of [
      [3, 3],
      [width - 5, 3],
      [3, height - 5],
      [width - 5, height - 5],
    ])
      picture.rect(x, y, 2, 2, COPPER.light);
  },
  paper: (picture) => {
    const { width, height } = picture;
    rounded(picture, 0, PAPER.edge);
    rounded(picture, 1, PAPER.dark);
    picture.rect(3, 3, width - 6, height - 6, PAPER.plain).rect(4, 4, width - 8, 1, PAPER.light);
  },
  button: (picture) => press(picture, WOOD.plain, WOOD.light, WOOD.dark),
  focused: (picture) => press(picture, COPPER.plain, COPPER.bright, COPPER.dark),
  off: (picture) => press(picture, '#3a2a2c', '#46343a', '#30222a'),
  tip: (picture) => {
    rounded(picture, 0, INK);
    rounded(picture, 1, COPPER.light);
    picture.rect(2, 2, picture.width - 4, picture.height - 4, '#241a22');
  },
  bar: (picture) => {
    const { width, height } = picture;
    picture
      .rect(0, 0, width, height, WOOD.deep)
      .rect(0, height - 2, width, 1, COPPER.plain)
      .rect(0, height - 1, width, 1, INK);
  },
};

function press(picture: PixelCanvas, face: string, light: string, dark: string): void {
  const { width, height } = picture;
  rounded(picture, 0, INK);
  picture
    .rect(1, 1, width - 2, height - 2, face)
    .rect(1, 1, width - 2, 1, light)
    .rect(1, height - 2, width - 2, 1, dark);
}

/** A rectangle without its corners. */
function rounded(picture: PixelCanvas, inset: number, colour: string): void {
  const { width, height } = picture;
  picture.rect(inset + 1, inset, width - 2 * inset - 2, height - 2 * inset, colour);
  picture.rect(inset, inset + 1, width - 2 * inset, height - 2 * inset - 2, colour);
}
