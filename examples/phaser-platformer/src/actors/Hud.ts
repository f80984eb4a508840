import type Phaser from 'phaser';
import { FONT } from '../../../shared/pixelFont.js';
import { VIEW } from '../view.js';

const HEARTS = 3;

/** Hearts, coins, time and score; fixed to the screen (scroll factor 0). */
export class Hud {
  private readonly hearts: Phaser.GameObjects.Image[] = [];
  private readonly coins: Phaser.GameObjects.BitmapText;
  private readonly score: Phaser.GameObjects.BitmapText;
  private readonly time: Phaser.GameObjects.BitmapText;

  constructor(scene: Phaser.Scene) {
    for (let i = 0; i < HEARTS; i++) this.hearts.push(fixed(scene.add.image(22 + i * 22, 20, 'items', 'heart')));
    fixed(scene.add.sprite(100, 20, 'items', 'coin-0')).play('coin-spin');
    this.coins = fixed(scene.add.bitmapText(112, 11, FONT, '0'));
    this.time = fixed(scene.add.bitmapText(VIEW.width / 2, 11, FONT, '0:00')).setOrigin(0.5, 0);
    this.score = fixed(scene.add.bitmapText(VIEW.width - 14, 11, FONT, '000000'))
      .setOrigin(1, 0)
      .setTint(0xfee761);
  }

  show(hearts: number, coins: number, score: number, ticks: number): void {
    this.hearts.forEach((image, i) => image.setFrame(i < hearts ? 'heart' : 'heart-empty'));
    const seconds = Math.floor(ticks / 60);
    this.coins.setText(`X${coins}`);
    this.time.setText(`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`);
    this.score.setText(String(score).padStart(6, '0'));
  }
}

function fixed<T extends Phaser.GameObjects.Image | Phaser.GameObjects.BitmapText>(object: T): T {
  object.setScrollFactor(0).setDepth(100);
  return object;
}
