import Phaser from 'phaser';
import { FixedStepper } from '../../../shared/fixedStepper.js';
import { FONT } from '../../../shared/pixelFont.js';
import { sessionOf } from '../Session.js';
import { VIEW } from '../view.js';

interface Outcome {
  won: boolean;
  score: number;
  coins: number;
}

const BOT_WAIT = 180;

/** Won or lost: shows the score, then goes back to the menu (won) or to the same level (lost). */
export class EndScene extends Phaser.Scene {
  private outcome: Outcome = { won: false, score: 0, coins: 0 };
  private stepper!: FixedStepper;
  private prompt!: Phaser.GameObjects.BitmapText;
  private ticks = 0;

  constructor() {
    super('end');
  }

  init(outcome: Outcome): void {
    this.outcome = outcome;
  }

  create(): void {
    const { won, score, coins } = this.outcome;
    const theme = won ? 'meadow' : 'cave';
    const middle = VIEW.width / 2;
    this.ticks = 0;
    this.stepper = new FixedStepper(() => this.tick());
    for (const layer of ['sky', 'far', 'middle', 'near']) this.add.image(0, VIEW.height, `${layer}-${theme}`).setOrigin(0, 1);
    this.add
      .image(0, 0, 'shade')
      .setOrigin(0)
      .setDisplaySize(VIEW.width, VIEW.height)
      .setAlpha(won ? 0.25 : 0.45);
    this.add
      .bitmapText(middle, 90, FONT, won ? 'YOU WIN!' : 'GAME OVER', 56)
      .setOrigin(0.5)
      .setTint(won ? 0xfee761 : 0xf6757a);
    this.add
      .sprite(middle, 222, 'hero')
      .setScale(2)
      .setOrigin(0.5, 1)
      .play(won ? 'hero-cheer' : 'hero-hurt');
    this.add.bitmapText(middle, 252, FONT, `SCORE ${score}   COINS ${coins}`, 28).setOrigin(0.5);
    this.prompt = this.add.bitmapText(middle, 310, FONT, won ? 'SPACE: TO THE MENU' : 'SPACE: TRY AGAIN').setOrigin(0.5);
    if (sessionOf(this).bot) return;
    this.input.keyboard?.once('keydown-SPACE', () => this.leave());
    this.input.once('pointerdown', () => this.leave());
  }

  override update(_time: number, delta: number): void {
    this.stepper.advance(delta);
  }

  private tick(): void {
    this.ticks++;
    this.prompt.setVisible(this.ticks % 50 < 34);
    if (sessionOf(this).bot && this.ticks === BOT_WAIT) this.leave();
  }

  private leave(): void {
    this.scene.start(this.outcome.won ? 'menu' : 'level');
  }
}
