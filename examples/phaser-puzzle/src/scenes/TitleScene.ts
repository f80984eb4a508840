import Phaser from 'phaser';
import { FixedStepper } from '../../../shared/fixedStepper.js';
import type { GameOptions } from '../../../shared/gameOptions.js';
import { FONT } from '../../../shared/pixelFont.js';
import { RoseWindow } from '../actors/RoseWindow.js';
import { DIM, GOLD, PALE } from '../art/colours.js';
import { createArt } from '../art/createArt.js';
import { VIEW } from '../view.js';

const BOT_WAIT = 130;
const RULES = ['DRAG A GLASS ONTO ITS NEIGHBOUR.', 'THREE OF A COLOUR BREAK, FOUR LEAVE', 'A POWER. FILL THE WINDOW IN TIME!'];

/** The title: the window fills with light until somebody presses something. */
export class TitleScene extends Phaser.Scene {
  private ticks = 0;
  private stepper!: FixedStepper;
  private window!: RoseWindow;
  private prompt!: Phaser.GameObjects.BitmapText;

  constructor() {
    super('title');
  }

  create(): void {
    const { bot, autostart } = this.registry.get('options') as GameOptions;
    createArt(this);
    this.ticks = 0;
    this.stepper = new FixedStepper(() => this.tick());
    const middle = VIEW.width / 2;
    this.add.image(middle, VIEW.height / 2, 'wall', 'wall-0');
    this.window = new RoseWindow(this, 150, 180, 1.75);
    this.words(440, 84, 'ROSE', 56, GOLD);
    this.words(440, 140, 'WINDOW', 56, GOLD);
    [0, 1, 2, 3, 4, 5].forEach((kind) => this.add.image(340 + kind * 40, 194, 'glass', `glass-${kind}`).setScale(0.85));
    this.prompt = this.words(440, 238, 'PRESS SPACE OR TAP', 14, 0xffffff);
    this.add.rectangle(middle, 330, VIEW.width, 60, 0x0c0a20, 0.7);
    RULES.forEach((line, i) => this.words(middle, 311 + i * 19, line, 14, i === 2 ? PALE : DIM));
    if (autostart) this.leave();
    if (bot) return;
    for (const key of ['SPACE', 'ENTER']) this.input.keyboard?.once(`keydown-${key}`, () => this.leave());
    this.input.once('pointerdown', () => this.leave());
  }

  override update(_time: number, delta: number): void {
    this.stepper.advance(delta);
    // The colours light up one after the other, and go out again.
    const lit = (this.ticks / 26) % 16;
    this.window.show([0, 1, 2, 3, 4, 5].map((kind) => ({ kind, wanted: 2, got: Math.min(2, Math.max(0, lit - 2 * kind)) })));
  }

  private tick(): void {
    this.ticks++;
    this.prompt.setVisible(this.ticks % 50 < 34);
    if ((this.registry.get('options') as GameOptions).bot && this.ticks === BOT_WAIT) this.leave();
  }

  private leave(): void {
    this.scene.start('board');
  }

  private words(x: number, y: number, text: string, size: number, tint: number): Phaser.GameObjects.BitmapText {
    return this.add.bitmapText(x, y, FONT, text, size).setOrigin(0.5).setTint(tint).setDepth(3);
  }
}
