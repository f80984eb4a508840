import * as Phaser from 'phaser';
import { showRecording } from './recording.js';
import { drawTextures } from './textures.js';

/** Pixels. */
const WORLD = 2400;
const CRYSTALS = 40;
/** Pixels a second. */
const SPEED = 330;
/** Radians a second. */
const TURN = 3.2;
/** Milliseconds without a move of the mouse after which the comet flies by itself. */
const LEFT_ALONE = 2500;
const COLOURS = [0x7fd4ff, 0xffd27f, 0xff8fb8, 0x9dffb0];

/** A comet gathers crystals among the stars. */
export class CometScene extends Phaser.Scene {
  private comet!: Phaser.GameObjects.Image;
  private crystals: Phaser.GameObjects.Image[] = [];
  private sparks!: Phaser.GameObjects.Particles.ParticleEmitter;
  private text!: Phaser.GameObjects.Text;
  private score = 0;
  private movedAt = -LEFT_ALONE;

  constructor() {
    super('comet');
  }

  create(): void {
    drawTextures(this);
    this.addSky();
    const trail = this.add.particles(0, 0, 'glow', {
      lifespan: 900,
      frequency: 16,
      scale: { start: 0.5, end: 0 },
      alpha: { start: 0.5, end: 0 },
      tint: [0x7fd4ff, 0xb89dff],
      blendMode: 'ADD',
    });
    this.comet = this.add.image(WORLD / 2, WORLD / 2, 'comet');
    trail.startFollow(this.comet);
    this.crystals = Array.from({ length: CRYSTALS }, (_, i) => this.addCrystal(COLOURS[i % COLOURS.length]));
    this.sparks = this.add.particles(0, 0, 'glow', {
      lifespan: 600,
      speed: { min: 60, max: 240 },
      scale: { start: 0.35, end: 0 },
      blendMode: 'ADD',
      emitting: false,
    });
    this.text = this.add.text(24, 20, '0', { fontFamily: 'system-ui, sans-serif', fontSize: '34px', color: '#ffffff' });
    this.text.setScrollFactor(0);
    this.cameras.main.setBounds(0, 0, WORLD, WORLD).startFollow(this.comet, true, 0.08, 0.08);
    this.input.on('pointermove', () => {
      this.movedAt = this.time.now;
    });
    this.time.addEvent({ delay: 1000, loop: true, callback: () => showRecording(this.sgaps) });
  }

  override update(time: number, delta: number): void {
    const seconds = Math.min(delta, 50) / 1000;
    const { comet } = this;
    const goal = this.goal(time);
    const wanted = Phaser.Math.Angle.Between(comet.x, comet.y, goal.x, goal.y);
    comet.rotation = Phaser.Math.Angle.RotateTo(comet.rotation, wanted, TURN * seconds);
    comet.x = Phaser.Math.Clamp(comet.x + Math.cos(comet.rotation) * SPEED * seconds, 40, WORLD - 40);
    comet.y = Phaser.Math.Clamp(comet.y + Math.sin(comet.rotation) * SPEED * seconds, 40, WORLD - 40);
    for (const [i, crystal] of this.crystals.entries()) {
      crystal.rotation += seconds * (i % 2 === 0 ? 0.8 : -0.6);
      crystal.setScale(1 + 0.1 * Math.sin(time / 300 + i));
      if (Phaser.Math.Distance.BetweenPoints(comet, crystal) < 46) this.take(crystal);
    }
  }

  /** Where the mouse is, or the nearest crystal. */
  private goal(time: number): { readonly x: number; readonly y: number } {
    if (time - this.movedAt < LEFT_ALONE)
      return this.input.activePointer.positionToCamera(this.cameras.main) as Phaser.Math.Vector2;
    const distance = (crystal: Phaser.GameObjects.Image) => Phaser.Math.Distance.BetweenPoints(this.comet, crystal);
    return this.crystals.reduce((nearest, crystal) => (distance(crystal) < distance(nearest) ? crystal : nearest));
  }

  private take(crystal: Phaser.GameObjects.Image): void {
    this.score += 1;
    this.text.setText(String(this.score));
    this.sparks.setParticleTint(crystal.tintTopLeft);
    this.sparks.explode(18, crystal.x, crystal.y);
    this.place(crystal);
    // Kept with the recording, at this moment: the page of the session lists it.
    this.sgaps.event('crystal', { score: this.score });
    if (this.score % 10 === 0) this.sgaps.marker(`${this.score} crystals`);
  }

  private addCrystal(colour: number): Phaser.GameObjects.Image {
    return this.place(this.add.image(0, 0, 'crystal').setTint(colour));
  }

  private place(crystal: Phaser.GameObjects.Image): Phaser.GameObjects.Image {
    return crystal.setPosition(Phaser.Math.Between(80, WORLD - 80), Phaser.Math.Between(80, WORLD - 80));
  }

  /** Three layers, the farther the slower, and clouds of colour behind them. */
  private addSky(): void {
    for (let i = 0; i < 9; i++) {
      const cloud = this.add.image(Phaser.Math.Between(0, WORLD), Phaser.Math.Between(0, WORLD), 'cloud');
      cloud
        .setTint(i % 2 === 0 ? 0x2a3f8f : 0x5a2a7f)
        .setAlpha(0.45)
        .setScrollFactor(0.3)
        .setScale(Phaser.Math.FloatBetween(1.5, 3));
    }
    for (const [layer, factor] of [0.3, 0.55, 0.8].entries()) {
      for (let i = 0; i < 90; i++) {
        const star = this.add.image(Phaser.Math.Between(0, WORLD), Phaser.Math.Between(0, WORLD), 'star');
        star
          .setScrollFactor(factor)
          .setAlpha(0.35 + 0.25 * layer)
          .setScale(0.4 + 0.25 * layer);
      }
    }
  }
}
