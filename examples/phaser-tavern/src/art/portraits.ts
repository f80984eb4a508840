import type { PixelCanvas } from '../../../shared/PixelCanvas.js';
import { INK } from './palette.js';

interface Look {
  readonly skin: string;
  readonly shade: string;
  readonly hair: string;
  readonly coat: string;
  readonly trim: string;
  readonly hat: 'cap' | 'veil' | 'hood' | 'tricorn' | 'none' | 'bonnet';
  readonly beard?: string;
}

const LOOKS: readonly Look[] = [
  {
    ...{ skin: '#d9a07a', shade: '#b87a58', hair: '#9a9088', coat: '#5a4a3a', trim: '#8a6a44' },
    ...{ hat: 'cap', beard: '#bdb4a8' },
  },
  { skin: '#e8b894', shade: '#c98f6c', hair: '#3a2a26', coat: '#3c3f5c', trim: '#e8e2d0', hat: 'veil' },
  { skin: '#c98a62', shade: '#a4683f', hair: '#8c3a22', coat: '#2f6a6a', trim: '#d8b25a', hat: 'hood' },
  {
    ...{ skin: '#b97a54', shade: '#945a3a', hair: '#20181c', coat: '#7a2434', trim: '#e0b24c' },
    ...{ hat: 'tricorn', beard: '#20181c' },
  },
  { skin: '#f0c49e', shade: '#d09a72', hair: '#d8a038', coat: '#4a7a3c', trim: '#c8d46a', hat: 'none' },
  { skin: '#e0b49c', shade: '#bd8a72', hair: '#6a6470', coat: '#4c2a5c', trim: '#c9a0d8', hat: 'bonnet' },
];

export const PORTRAIT = { width: 64, height: 72 };
export const PORTRAITS = LOOKS.length;

/** A guest from the waist up, behind the counter. */
export function drawPortrait(picture: PixelCanvas, frame: number): void {
  const look = LOOKS[frame];
  drawCoat(picture, look);
  picture.rect(27, 38, 10, 12, look.shade);
  if (look.hat === 'hood' || look.hat === 'veil') picture.ellipse(32, 28, 18, 21, look.hat === 'veil' ? look.trim : look.coat);
  picture.ellipse(32, 27, 13, 16, look.hair);
  picture.ellipse(32, 29, 11, 14, look.skin);
  picture.rect(37, 24, 5, 12, look.shade).ellipse(34, 29, 8.5, 13, look.skin);
  drawFace(picture, look);
  drawHat(picture, look);
  picture.outline(INK);
}

function drawCoat(picture: PixelCanvas, { coat, trim, shade }: Look): void {
  picture.ellipse(32, 62, 27, 18, coat).rect(5, 62, 54, 10, coat);
  picture.rect(28, 46, 8, 26, trim).rect(31, 50, 2, 22, shade);
  for (const x of [18, 45]) picture.rect(x, 54, 1, 18, INK);
  picture.rect(8, 66, 48, 1, trim);
}

function drawFace(picture: PixelCanvas, { hair, shade, beard, skin }: Look): void {
  for (const x of [26, 36]) {
    picture.rect(x - 1, 25, 4, 1, hair);
    picture.rect(x, 28, 3, 3, '#fbf6ea').rect(x + 1, 28, 2, 3, INK);
  }
  picture.rect(31, 29, 2, 6, shade).rect(31, 34, 3, 1, shade);
  if (beard) {
    picture.ellipse(32, 40, 10, 8, beard).rect(23, 30, 3, 8, beard).rect(39, 30, 3, 8, beard);
    picture.rect(27, 36, 11, 2, beard).rect(29, 39, 6, 1, '#7a3a36');
  } else {
    picture.rect(29, 38, 6, 1, '#9a4a44').rect(30, 39, 4, 1, '#c0706a');
    picture.rect(24, 34, 2, 1, '#d88a78').rect(38, 34, 2, 1, '#d88a78');
    picture.rect(31, 42, 2, 1, skin);
  }
}

function drawHat(picture: PixelCanvas, { hat, hair, coat, trim }: Look): void {
  if (hat === 'cap') picture.ellipse(32, 16, 14, 8, coat).rect(17, 18, 30, 3, trim);
  else if (hat === 'veil')
    picture.ellipse(32, 15, 13, 7, '#f4efe0').rect(19, 16, 26, 3, '#f4efe0').rect(17, 19, 4, 28, coat).rect(43, 19, 4, 28, coat);
  else if (hat === 'hood') {
    picture.ellipse(32, 14, 15, 8, coat).rect(18, 14, 4, 26, coat).rect(42, 14, 4, 26, coat);
    picture.rect(20, 19, 24, 2, trim).rect(23, 20, 18, 3, hair);
  } else if (hat === 'tricorn') {
    picture.ellipse(32, 15, 19, 6, INK).ellipse(32, 12, 11, 8, '#2c2430').rect(14, 15, 36, 2, trim);
    picture.rect(40, 4, 3, 10, '#d8504a').rect(42, 2, 3, 8, '#f08a70');
  } else if (hat === 'bonnet') {
    picture.ellipse(32, 14, 15, 8, coat).rect(17, 18, 30, 3, trim).ellipse(45, 14, 4, 4, '#d8504a');
  } else {
    picture.ellipse(32, 15, 13, 6, hair);
    for (const x of [20, 25, 31, 37, 42]) picture.rect(x, 9 + (x % 3), 3, 8, hair);
  }
}
