import type Phaser from 'phaser';
import { FONT } from '../../../shared/pixelFont.js';
import { BOARD } from '../view.js';

interface Callout {
  readonly text: Phaser.GameObjects.BitmapText;
  left: number;
}

const TICKS = 55;

/** Words that rise from the board and fade, moved by ticks. */
export class Callouts {
  private readonly all: Callout[] = [];

  constructor(private readonly scene: Phaser.Scene) {}

  add(x: number, y: number, words: string, tint: number, size: 14 | 28): void {
    const text = this.scene.add.bitmapText(x, y, FONT, words, size).setOrigin(0.5).setTint(tint).setDepth(8);
    // All of it on the board.
    const half = Math.min(text.width, BOARD.width) / 2;
    text.x = Math.round(Math.min(BOARD.x + BOARD.width - half, Math.max(BOARD.x + half, x)));
    this.all.push({ text, left: TICKS });
  }

  tick(): void {
    for (const callout of this.all) {
      callout.left--;
      callout.text.setAlpha(Math.min(1, callout.left / 18));
      callout.text.y -= 0.55;
      if (callout.left <= 0) callout.text.destroy();
    }
    while (this.all.length > 0 && this.all[0].left <= 0) this.all.shift();
  }
}
