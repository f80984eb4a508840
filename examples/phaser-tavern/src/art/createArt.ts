import type Phaser from 'phaser';
import type { PixelCanvas } from '../../../shared/PixelCanvas.js';
import { addLetters } from './addLetters.js';
import { addTexture } from './addTexture.js';
import { COPPER, INK } from './palette.js';
import { drawPortrait, PORTRAIT, PORTRAITS } from './portraits.js';
import { drawFire, drawRoom, drawStreet } from './room.js';

/** Draws the font and every picture that is there from the start; plates are drawn when they are needed. */
export function createArt(scene: Phaser.Scene): void {
  addLetters(scene);
  addTexture(scene, 'room', 320, 180, drawRoom);
  addTexture(scene, 'street', 320, 180, drawStreet);
  addTexture(scene, 'fire', 40, 26, drawFire, 4);
  addTexture(scene, 'guest', PORTRAIT.width, PORTRAIT.height, drawPortrait, PORTRAITS);
  addTexture(scene, 'coin', 9, 9, drawCoin);
  addTexture(scene, 'star', 9, 9, drawStar, 3);
  addTexture(scene, 'dot', 7, 7, drawDot, 3);
  addTexture(scene, 'pointer', 11, 13, drawPointer);
  addTexture(scene, 'patience', 8, 4, (picture) => picture.rect(0, 0, 8, 4, '#ffffff'));
}

function drawCoin(picture: PixelCanvas): void {
  picture.ellipse(4.5, 4.5, 4.5, 4.5, INK).ellipse(4.5, 4.5, 3.6, 3.6, COPPER.light).ellipse(4, 4, 2, 2, COPPER.bright);
}

/** Empty, half, whole. */
function drawStar(picture: PixelCanvas, frame: number): void {
  const rows = ['....a....', '...aaa...', 'aaaaaaaaa', '.aaaaaaa.', '..aaaaa..', '..aaaaa..', '.aaa.aaa.', '.a.....a.'];
  rows.forEach((row, y) => {
    [...row].forEach((dot, x) => {
      if (dot === 'a') picture.dot(x, y, frame === 2 || (frame === 1 && x < 5) ? '#ffd37a' : '#5a4448');
    });
  });
}

/** Off, on, paused. */
function drawDot(picture: PixelCanvas, frame: number): void {
  if (frame === 2) picture.rect(1, 1, 2, 5, '#ffd37a').rect(4, 1, 2, 5, '#ffd37a');
  else picture.ellipse(3.5, 3.5, 3, 3, frame === 1 ? '#e5484d' : '#6a5a60');
}

function drawPointer(picture: PixelCanvas): void {
  for (let y = 0; y < 10; y++) picture.rect(1, 1 + y, Math.max(1, y - (y > 7 ? 2 * (y - 7) : 0)), 1, '#fff6e0');
  picture.outline(INK);
}
