import type { PixelCanvas } from '../../../shared/PixelCanvas.js';
import { hashCell } from '../../../shared/seededRandom.js';
import { COPPER, INK, NIGHT, WOOD } from './palette.js';

const COUNTER = 112;
const BOTTLES = ['#4a7a5a', '#8a3a3a', '#3f5f8a', '#b08a3a', '#6a4a7a', '#2f6a6a'];

/** The inn's room in the evening: a fire, shelves, a window, and the counter in front. */
export function drawRoom(picture: PixelCanvas): void {
  const { width } = picture;
  picture.rect(0, 0, width, 180, WOOD.deep);
  for (let x = 0; x < width; x += 16) {
    picture.rect(x + 1, 0, 14, COUNTER, hashCell(x, 3) > 0.5 ? '#3a2428' : '#35212a');
    for (let i = 0; i < 5; i++) picture.rect(x + 2 + hashCell(x, i, 1) * 10, hashCell(x, i, 2) * COUNTER, 1, 6, '#2e1c24');
  }
  for (const y of [14, 100]) picture.rect(0, y, width, 5, WOOD.dark).rect(0, y, width, 1, WOOD.plain);
  for (const x of [70, 196, 280]) picture.rect(x, 0, 6, COUNTER, WOOD.dark).rect(x, 0, 1, COUNTER, WOOD.plain);
  drawChimney(picture);
  drawShelves(picture);
  drawWindow(picture);
  drawCounter(picture);
}

function drawChimney(picture: PixelCanvas): void {
  picture.rect(6, 20, 60, COUNTER - 20, '#57505a');
  for (let row = 0; row < 12; row++)
    for (let i = -1; i < 5; i++) {
      const x = 6 + i * 14 + (row % 2) * 7;
      const left = Math.max(7, x + 1);
      const right = Math.min(65, x + 13);
      if (right > left) picture.rect(left, 21 + row * 8, right - left, 7, hashCell(row, i, 9) > 0.5 ? '#6a626a' : '#625a64');
    }
  picture.rect(4, 46, 64, 6, WOOD.light).rect(4, 46, 64, 1, WOOD.bright);
  picture.ellipse(36, 82, 22, 24, '#241a22').rect(14, 82, 44, 30, '#241a22');
  picture.rect(16, 104, 40, 3, '#3a2a26').rect(20, 100, 32, 4, '#5a3a26').rect(24, 98, 10, 3, '#6f4a2c');
  // The copper kettle that the house is named after.
  picture.rect(35, 58, 2, 10, INK).ellipse(36, 76, 10, 8, COPPER.dark).ellipse(36, 75, 9, 7, COPPER.plain);
  picture
    .ellipse(33, 72, 4, 3, COPPER.light)
    .dot(32, 71, COPPER.bright)
    .rect(46, 72, 4, 2, COPPER.plain)
    .rect(28, 67, 16, 2, COPPER.light);
  picture.rect(12, 38, 4, 8, '#e8dcb8').rect(13, 36, 2, 2, '#ffd37a').rect(56, 40, 4, 6, '#e8dcb8').rect(57, 38, 2, 2, '#ffd37a');
}

function drawShelves(picture: PixelCanvas): void {
  for (const [row, y] of [40, 68].entries()) {
    picture
      .rect(84, y, 104, 4, WOOD.light)
      .rect(84, y, 104, 1, WOOD.bright)
      .rect(84, y + 4, 104, 2, INK);
    for (let i = 0; i < 12; i++) {
      const x = 86 + i * 8 + Math.round(hashCell(i, row, 4) * 2);
      const colour = BOTTLES[Math.floor(hashCell(i, row, 6) * BOTTLES.length)];
      const tall = 9 + Math.round(hashCell(i, row, 7) * 5);
      if (hashCell(i, row, 8) < 0.2) picture.ellipse(x + 2, y - 4, 3, 4, '#9a7a54').rect(x, y - 8, 5, 1, '#c9a878');
      else {
        picture.rect(x, y - tall, 5, tall, colour).rect(x + 1, y - tall - 3, 3, 3, colour);
        picture.rect(x + 1, y - tall + 2, 1, tall - 4, '#f4e8c8').rect(x + 2, y - 6, 3, 3, '#e8dcb8');
      }
    }
  }
}

function drawWindow(picture: PixelCanvas): void {
  picture.rect(210, 26, 58, 58, WOOD.light).rect(211, 27, 56, 56, WOOD.plain).rect(214, 30, 50, 50, NIGHT.plain);
  picture.rect(214, 30, 50, 16, NIGHT.deep).ellipse(250, 44, 7, 7, '#f4ecc8').ellipse(253, 42, 6, 6, NIGHT.plain);
  for (let i = 0; i < 14; i++) picture.dot(215 + hashCell(i, 1) * 48, 31 + hashCell(i, 2) * 34, '#c9d4f0');
  picture.ellipse(226, 82, 20, 14, NIGHT.light).ellipse(254, 84, 18, 10, '#2b3a66').rect(214, 80, 50, 3, WOOD.plain);
  picture.rect(238, 30, 2, 50, WOOD.plain).rect(214, 54, 50, 2, WOOD.plain).rect(206, 84, 66, 4, WOOD.bright);
}

function drawCounter(picture: PixelCanvas): void {
  const { width } = picture;
  picture
    .rect(0, COUNTER, width, 10, WOOD.light)
    .rect(0, COUNTER, width, 2, WOOD.bright)
    .rect(0, COUNTER + 9, width, 2, INK);
  picture.rect(0, COUNTER + 11, width, 70, WOOD.dark);
  for (let x = 0; x < width; x += 32) {
    picture.rect(x + 2, COUNTER + 14, 28, 60, WOOD.plain).rect(x + 4, COUNTER + 16, 24, 56, '#573829');
    picture.rect(x + 2, COUNTER + 14, 28, 1, WOOD.light);
  }
}

/** The street on a market morning. */
export function drawStreet(picture: PixelCanvas): void {
  const { width } = picture;
  ['#86b4d8', '#96c0dc', '#a8cce0', '#bcd8e2', '#d4e4e0', '#ead9b8'].forEach((colour, i) =>
    picture.rect(0, i * 16, width, 16, colour),
  );
  picture.ellipse(60, 30, 26, 6, '#e8f2f4').ellipse(82, 27, 18, 6, '#f4fafa').ellipse(236, 22, 30, 5, '#e8f2f4');
  picture.silhouette((x) => 86 + Math.sin(x / 31) * 9 + Math.sin(x / 13) * 3, '#86a58c');
  const houses = ['#c9906a', '#d8b48a', '#a8786a', '#c4a49a', '#b08a62'];
  for (let i = 0; i < 9; i++) {
    const x = i * 38 - 8;
    const top = 72 + Math.round(hashCell(i, 1) * 14);
    picture.rect(x, top, 32, 110, houses[i % houses.length]);
    for (let y = 0; y < 14; y++) picture.rect(x - 3 + y / 2, top - y, 38 - y, 1, '#8a4a3e');
    for (const wx of [5, 19]) picture.rect(x + wx, top + 10, 8, 10, '#4a3a3c').rect(x + wx + 1, top + 11, 6, 8, '#7a94a8');
  }
  picture.rect(0, 134, width, 46, '#9a8a78');
  for (let i = 0; i < 150; i++)
    picture.rect(hashCell(i, 5) * width, 136 + hashCell(i, 6) * 44, 5, 2, i % 2 ? '#a89a86' : '#8a7a6a');
  for (let x = 0; x < width; x += 20) picture.rect(x, 0, 10, 12, '#b03a3a').rect(x + 10, 0, 10, 12, '#f0e4c8');
  for (let x = 0; x < width; x += 20) picture.ellipse(x + 5, 12, 5, 4, '#b03a3a').ellipse(x + 15, 12, 5, 4, '#f0e4c8');
}

/** Flames below the kettle. */
export function drawFire(picture: PixelCanvas, frame: number): void {
  const heights = [
    [8, 14, 18, 12, 16, 9],
    [10, 12, 15, 17, 12, 11],
    [7, 16, 13, 14, 18, 8],
    [11, 11, 17, 15, 13, 10],
  ][frame];
  heights.forEach((height, i) => {
    const x = 4 + i * 6;
    picture.ellipse(x, 24 - height / 2, 4, height / 2, '#c8502a');
    picture.ellipse(x, 24 - height / 2.6, 3, height / 2.8, '#f0903a');
    picture.ellipse(x, 24 - height / 4, 2, height / 4.5, '#ffdf8a');
  });
}
