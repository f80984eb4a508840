import { PixelCanvas } from '../../../shared/PixelCanvas.js';
import { hashCell } from '../../../shared/seededRandom.js';
import { PALETTE as P } from './palette.js';

/** Drawn size of the screen. */
const WIDTH = 320;
const HEIGHT = 180;
const TURN = Math.PI * 2;

/** A smooth line of hills that repeats after the width of the screen. */
function hills(base: number, waves: readonly [number, number, number][]): (x: number) => number {
  return (x) => waves.reduce((y, [count, height, shift]) => y + Math.sin((x / WIDTH) * TURN * count + shift) * height, base);
}

function bands(picture: PixelCanvas, colours: readonly string[]): void {
  const depth = picture.height / (colours.length - 1);
  for (let y = 0; y < picture.height; y++) {
    const band = y / depth;
    const index = Math.floor(band);
    const part = band - index;
    picture.rect(0, y, picture.width, 1, colours[index]);
    if (part < 0.55) continue;
    const step = part > 0.85 ? 1 : part > 0.7 ? 2 : 4;
    for (let x = (y * 2) % step; x < picture.width; x += step)
      if (step > 1 || (x + y) % 4 !== 0) picture.dot(x, y, colours[index + 1]);
  }
}

function cloud(picture: PixelCanvas, x: number, y: number, size: number): void {
  for (const wrap of [-WIDTH, 0, WIDTH]) {
    for (const [dx, dy, r] of [
      [-1.5, 0.2, 0.7],
      [-0.6, -0.3, 1],
      [0.6, -0.1, 0.9],
      [1.5, 0.3, 0.6],
    ]) {
      picture
        .ellipse(x + wrap + dx * size, y + dy * size + 2, r * size, r * size * 0.6, '#cfe6f5')
        .ellipse(x + wrap + dx * size, y + dy * size, r * size, r * size * 0.6, P.white);
    }
  }
}

/** Sky by day, with a sun. */
export function meadowSky(): PixelCanvas {
  const picture = new PixelCanvas(WIDTH, HEIGHT);
  bands(picture, ['#3f9be0', '#58b0ea', '#79c6f0', '#9fdaf3', '#c8ecf2', '#eaf6e6', '#fdf6d2']);
  return picture.ellipse(252, 36, 22, 22, '#a5dcf0').ellipse(252, 36, 17, 17, '#fdf3b0').ellipse(252, 36, 13, 13, P.white);
}

/** Far: snow-capped mountains and clouds. */
export function meadowFar(): PixelCanvas {
  const picture = new PixelCanvas(WIDTH, HEIGHT);
  for (const [x, y, size] of [
    [40, 30, 13],
    [130, 48, 9],
    [210, 24, 11],
    [290, 56, 8],
  ])
    cloud(picture, x, y, size);
  const peaks = (x: number): number => {
    const zig = (period: number, shift: number): number =>
      Math.abs(((((x + shift) % period) + period) % period) / period - 0.5) * 2;
    return 86 + zig(80, 10) * 34 + zig(32, 5) * 9 + hashCell(x >> 1, 0, 4) * 2;
  };
  for (let x = 0; x < WIDTH; x++) {
    const y = Math.round(peaks(x));
    const shade = peaks((x + 3) % WIDTH) > y ? '#7fb2d6' : '#98c5e2';
    picture.rect(x, y, 1, HEIGHT - y, shade);
    if (y < 112)
      picture.rect(x, y, 1, Math.max(0, (112 - y) * 0.5 + hashCell(x, 3) * 3), shade === '#98c5e2' ? P.white : '#d8ecf6');
  }
  return picture.silhouette(
    hills(138, [
      [2, 5, 1],
      [5, 2, 0],
    ]),
    '#8fc7b8',
  );
}

/** Middle: rolling hills with round trees. */
export function meadowMiddle(): PixelCanvas {
  const picture = new PixelCanvas(WIDTH, HEIGHT);
  const line = hills(112, [
    [1, 12, 0.4],
    [3, 6, 2],
  ]);
  for (let i = 0; i < 22; i++) {
    const x = i * 14.6 + hashCell(i, 1) * 9;
    const y = line(x) - 4;
    const r = 5 + hashCell(i, 2) * 5;
    for (const wrap of [-WIDTH, 0, WIDTH])
      picture
        .rect(x + wrap - 1, y - 1, 2, 8, '#3f7d63')
        .ellipse(x + wrap, y - r * 0.6, r, r * 1.1, '#4f9a6c')
        .ellipse(x + wrap - 1, y - r * 0.8, r * 0.6, r * 0.6, '#66b37a');
  }
  picture
    .silhouette(line, '#6fbf7c')
    .silhouette((x) => line(x) + 2, '#5fae74')
    .silhouette((x) => line(x) + 16 + Math.sin((x / WIDTH) * TURN * 4) * 3, '#519d6c');
  return picture;
}

/** Near: dark hedges. */
export function meadowNear(): PixelCanvas {
  const picture = new PixelCanvas(WIDTH, HEIGHT);
  const line = (x: number): number =>
    138 - Math.abs(Math.sin((x / WIDTH) * Math.PI * 9)) * 9 - Math.abs(Math.sin((x / WIDTH) * Math.PI * 4 + 1)) * 8;
  picture
    .silhouette(line, '#2f7a5c')
    .silhouette((x) => line(x) + 3, '#2a6c55')
    .silhouette((x) => line((x + 11) % WIDTH) + 14, '#23594a');
  for (let i = 0; i < 90; i++) {
    const x = Math.floor(hashCell(i, 7) * WIDTH);
    picture.rect(x, line(x) + 4 + hashCell(i, 8) * 22, 3, 1, i % 4 ? '#39906a' : '#4fae74');
  }
  return picture;
}

/** The depth of the cave: dark blue with far lights. */
export function caveSky(): PixelCanvas {
  const picture = new PixelCanvas(WIDTH, HEIGHT);
  bands(picture, ['#12122b', '#171a3a', '#1c2450', '#223064', '#2a3f77', '#335088']);
  for (let i = 0; i < 90; i++) picture.dot(hashCell(i, 1) * WIDTH, hashCell(i, 2) * HEIGHT, i % 3 ? '#4a6fae' : '#7fc8e8');
  return picture;
}

/** Far: columns from floor to roof in blue haze. */
export function caveFar(): PixelCanvas {
  const picture = new PixelCanvas(WIDTH, HEIGHT);
  for (let i = 0; i < 7; i++) {
    const x = i * 46 + hashCell(i, 5) * 22;
    const waist = 5 + hashCell(i, 6) * 8;
    for (let y = 0; y < HEIGHT; y++) {
      const half = waist + ((y - 90) / 90) ** 4 * 26 + hashCell(i, y >> 2) * 2;
      for (const wrap of [-WIDTH, 0, WIDTH])
        picture.rect(x + wrap - half, y, half * 2, 1, '#1b2452').rect(x + wrap - half, y, half * 0.5, 1, '#24306a');
    }
  }
  return picture.silhouette(
    hills(152, [
      [3, 8, 1],
      [7, 3, 0],
    ]),
    '#1a2350',
  );
}

/** Middle: stalactites above, rocks with glowing crystals below. */
export function caveMiddle(): PixelCanvas {
  const picture = new PixelCanvas(WIDTH, HEIGHT);
  const roof = (x: number): number => 18 + Math.abs(((x * 7) % WIDTH) / WIDTH - 0.5) * 40 + Math.sin((x / WIDTH) * TURN * 2) * 8;
  for (let x = 0; x < WIDTH; x++) picture.rect(x, 0, 1, roof(x), '#181c42').rect(x, roof(x) - 2, 1, 2, '#2a3268');
  const line = hills(136, [
    [2, 9, 0.3],
    [5, 4, 1],
  ]);
  for (let i = 0; i < 11; i++) {
    const x = i * 29 + hashCell(i, 15) * 14;
    const tall = 10 + hashCell(i, 16) * 18;
    const [light, dark] = i % 3 === 0 ? ['#e88bc8', '#9c4f9a'] : ['#6fd8f0', '#3579b8'];
    for (let y = 0; y < tall; y++)
      picture
        .rect(x - Math.min(3, y / 3), line(x) - tall + y + 3, Math.min(6, (y / 3) * 2) + 1, 1, dark)
        .rect(x - Math.min(3, y / 3), line(x) - tall + y + 3, Math.min(2, y / 4) + 1, 1, light);
  }
  return picture.silhouette(line, '#181c42').silhouette((x) => line(x) + 1, '#141738');
}

/** Near: dark rocks. */
export function caveNear(): PixelCanvas {
  const picture = new PixelCanvas(WIDTH, HEIGHT);
  const line = (x: number): number =>
    158 + Math.abs(((x * 5) % WIDTH) / WIDTH - 0.5) * 22 - Math.abs(Math.sin((x / WIDTH) * Math.PI * 3)) * 10;
  return picture.silhouette(line, '#232a5c').silhouette((x) => line(x) + 2, '#0f1130');
}
