import type Phaser from 'phaser';
import { PixelCanvas } from '../../../shared/PixelCanvas.js';
import { addFont } from '../../../shared/pixelFont.js';
import * as backgrounds from './backgrounds.js';
import { DECOR_CELL, DECOR_FRAMES } from './decor.js';
import { CAVE_ENEMIES, ENEMY_CELL, MEADOW_ENEMIES } from './enemies.js';
import { HERO_CELL, HERO_FRAMES } from './hero.js';
import { ITEM_CELL, ITEM_FRAMES, PARTICLE_FRAMES } from './items.js';
import { addPicture, addSheet } from './sheet.js';
import { drawMover, drawStrip, drawTileset } from './tiles.js';

/** Draws every texture of the game and defines its animations. */
export function createArt(scene: Phaser.Scene): void {
  const { textures } = scene;
  addSheet(textures, 'hero', HERO_CELL.width, HERO_CELL.height, HERO_FRAMES);
  addSheet(textures, 'enemies-meadow', ENEMY_CELL.width, ENEMY_CELL.height, MEADOW_ENEMIES);
  addSheet(textures, 'enemies-cave', ENEMY_CELL.width, ENEMY_CELL.height, CAVE_ENEMIES);
  addSheet(textures, 'items', ITEM_CELL.width, ITEM_CELL.height, ITEM_FRAMES);
  addSheet(textures, 'particles', 8, 8, PARTICLE_FRAMES);
  addSheet(textures, 'decor', DECOR_CELL.width, DECOR_CELL.height, DECOR_FRAMES);
  addFont(scene);

  addPicture(textures, 'tiles-meadow', drawTileset('meadow'));
  addPicture(textures, 'tiles-cave', drawTileset('cave'));
  addPicture(textures, 'mover-meadow', drawMover('meadow'));
  addPicture(textures, 'mover-cave', drawMover('cave'));
  addPicture(textures, 'menu-turf', drawStrip('meadow', 'surface'));
  addPicture(textures, 'menu-earth', drawStrip('meadow', 'inner'));
  addPicture(textures, 'sky-meadow', backgrounds.meadowSky());
  addPicture(textures, 'far-meadow', backgrounds.meadowFar().below(10));
  addPicture(textures, 'middle-meadow', backgrounds.meadowMiddle().below(64));
  addPicture(textures, 'near-meadow', backgrounds.meadowNear().below(118));
  addPicture(textures, 'sky-cave', backgrounds.caveSky());
  addPicture(textures, 'far-cave', backgrounds.caveFar());
  addPicture(textures, 'middle-cave', backgrounds.caveMiddle());
  addPicture(textures, 'near-cave', backgrounds.caveNear().below(144));
  addPicture(textures, 'glow', glow());
  addPicture(textures, 'shade', new PixelCanvas(4, 4).rect(0, 0, 4, 4, '#0b0b1e'));
  addPicture(textures, 'touch-arrow', touchButton(['..a..', '.aa..', 'aaa..', '.aa..', '..a..']));
  addPicture(textures, 'touch-jump', touchButton(['..a..', '.aaa.', 'aaaaa', '..a..', '..a..']));
  createAnimations(scene);
}

function glow(): PixelCanvas {
  const picture = new PixelCanvas(64, 64);
  for (let ring = 0; ring < 6; ring++)
    picture.ellipse(32, 32, 31 - ring * 5, 31 - ring * 5, `rgba(255,255,255,${0.06 + ring * 0.012})`);
  return picture;
}

function touchButton(rows: readonly string[]): PixelCanvas {
  const picture = new PixelCanvas(30, 30).ellipse(15, 15, 14, 14, '#262b44').ellipse(15, 15, 12.5, 12.5, '#3a4466');
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) if (row[x] === 'a') picture.rect(10 + x * 2, 10 + y * 2, 2, 2, '#ffffff');
  });
  return picture;
}

function createAnimations(scene: Phaser.Scene): void {
  const add = (key: string, texture: string, frames: readonly string[], frameRate: number): void => {
    scene.anims.create({ key, frames: frames.map((frame) => ({ key: texture, frame })), frameRate, repeat: -1 });
  };
  const numbered = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name}-${i}`);
  add('hero-idle', 'hero', numbered('idle', 4), 5);
  add('hero-run', 'hero', numbered('run', 6), 14);
  add('hero-jump', 'hero', numbered('jump', 2), 8);
  add('hero-fall', 'hero', numbered('fall', 2), 8);
  add('hero-hurt', 'hero', ['hurt-0'], 1);
  add('hero-cheer', 'hero', numbered('cheer', 2), 5);
  add('coin-spin', 'items', numbered('coin', 6), 10);
  add('torch', 'decor', numbered('torch', 4), 8);
  add('flag', 'decor', numbered('flag', 4), 7);
  for (const theme of ['meadow', 'cave']) {
    add(`slime-${theme}`, `enemies-${theme}`, ['slime-0', 'slime-1', 'slime-2', 'slime-1'], 7);
    add(`flyer-${theme}`, `enemies-${theme}`, ['flyer-0', 'flyer-1'], theme === 'meadow' ? 18 : 9);
    add(`spiky-${theme}`, `enemies-${theme}`, ['spiky-0', 'spiky-1'], 6);
  }
}
