import Phaser from 'phaser';
import { FixedStepper } from '../../../shared/fixedStepper.js';
import { FONT } from '../../../shared/pixelFont.js';
import { sessionOf } from '../Session.js';
import { VIEW } from '../view.js';

const BOT_WAIT = 120;
const GROUND_Y = 296;

/** The title: the hero runs through the meadow until somebody presses something. */
export class MenuScene extends Phaser.Scene {
  private ticks = 0;
  private stepper = new FixedStepper(() => this.tick());
  private layers: Phaser.GameObjects.TileSprite[] = [];
  private title!: Phaser.GameObjects.BitmapText;
  private prompt!: Phaser.GameObjects.BitmapText;
  private leaving = false;

  constructor() {
    super('menu');
  }

  create(): void {
    const session = sessionOf(this);
    session.restart();
    this.ticks = 0;
    this.leaving = false;
    this.stepper = new FixedStepper(() => this.tick());
    this.add.image(0, 0, 'sky-meadow').setOrigin(0);
    this.layers = ['far-meadow', 'middle-meadow', 'near-meadow'].map((key, i) => {
      const { height } = this.textures.getFrame(key);
      return this.add.tileSprite(0, VIEW.height + i * 6 - 10, VIEW.width, height, key).setOrigin(0, 1);
    });
    this.layers.push(this.add.tileSprite(0, GROUND_Y, VIEW.width, 32, 'menu-turf').setOrigin(0));
    this.layers.push(this.add.tileSprite(0, GROUND_Y + 32, VIEW.width, 32, 'menu-earth').setOrigin(0));
    this.add
      .sprite(250, GROUND_Y + 2, 'hero')
      .setOrigin(0.5, 1)
      .play('hero-run');
    [360, 392, 424].forEach((x, i) => this.add.sprite(x, GROUND_Y - 24, 'items').play({ key: 'coin-spin', startFrame: i * 2 }));
    this.add
      .sprite(500, GROUND_Y + 2, 'enemies-meadow')
      .setOrigin(0.5, 1)
      .play('slime-meadow');
    this.add.sprite(560, 200, 'enemies-meadow').play('flyer-meadow');

    this.title = this.add
      .bitmapText(VIEW.width / 2, 64, FONT, 'SCARF RUNNER', 42)
      .setOrigin(0.5)
      .setTint(0xfee761, 0xfee761, 0xf77622, 0xf77622);
    this.add.bitmapText(VIEW.width / 2, 112, FONT, 'A GAME TO BE REPLAYED').setOrigin(0.5);
    this.prompt = this.add.bitmapText(VIEW.width / 2, 164, FONT, 'PRESS SPACE OR TAP').setOrigin(0.5);
    this.add
      .bitmapText(VIEW.width / 2, 342, FONT, 'ARROWS OR WASD - SPACE JUMPS')
      .setOrigin(0.5)
      .setAlpha(0.85);

    if (session.options.autostart) this.leave();
    if (session.bot) return;
    this.input.keyboard?.once('keydown-SPACE', () => this.leave());
    this.input.keyboard?.once('keydown-ENTER', () => this.leave());
    this.input.once('pointerdown', () => this.leave());
  }

  override update(_time: number, delta: number): void {
    this.stepper.advance(delta);
  }

  private tick(): void {
    this.ticks++;
    const speeds = [0.2, 0.7, 1.5, 3, 3];
    this.layers.forEach((layer, i) => {
      layer.tilePositionX = Math.round(this.ticks * speeds[i]);
    });
    this.title.y = 64 + Math.round(Math.sin(this.ticks / 24) * 4);
    this.prompt.setVisible(this.ticks % 50 < 34);
    if (sessionOf(this).bot && this.ticks >= BOT_WAIT) this.leave();
  }

  private leave(): void {
    if (this.leaving) return;
    this.leaving = true;
    this.scene.start('level');
  }
}
