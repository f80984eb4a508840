import type Phaser from 'phaser';
import { TEXT, TEXT_SIZE } from '../art/addLetters.js';
import { widthOf } from '../art/letters.js';

/** Adds words at whole pixels of the art, so that they stay sharp where the game is recorded. */
export function addText(
  root: Phaser.GameObjects.Container,
  x: number,
  y: number,
  words: string,
  tint: number,
  scale = 1,
): Phaser.GameObjects.BitmapText {
  const text = root.scene.add.bitmapText(even(x), even(y), TEXT, words, TEXT_SIZE * scale).setTint(tint);
  root.add(text);
  return text;
}

/** Adds words around a middle. */
export function addCentred(
  root: Phaser.GameObjects.Container,
  x: number,
  y: number,
  words: string,
  tint: number,
  scale = 1,
): Phaser.GameObjects.BitmapText {
  return addText(root, x - widthOf(words) * scale, y, words, tint, scale);
}

function even(pixels: number): number {
  return 2 * Math.round(pixels / 2);
}
