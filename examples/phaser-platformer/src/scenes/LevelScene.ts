import Phaser from 'phaser';
import { FixedStepper } from '../../../shared/fixedStepper.js';
import { FONT } from '../../../shared/pixelFont.js';
import { Hud } from '../actors/Hud.js';
import { LevelView } from '../actors/LevelView.js';
import { Particles } from '../actors/Particles.js';
import { Controls } from '../input/Controls.js';
import { buildLevel, LEVEL_COUNT } from '../levels/levels.js';
import { type Session, sessionOf } from '../Session.js';
import { TILE } from '../sim/tiles.js';
import { World, type WorldEvent } from '../sim/world.js';
import { VIEW } from '../view.js';

const BANNER_TICKS = 110;
const FINISH_TICKS = 110;
const DEATH_TICKS = 80;

/** One level: asks the player or the bot for buttons, advances the world and shows it. */
export class LevelScene extends Phaser.Scene {
  private session!: Session;
  private world!: World;
  private view!: LevelView;
  private hud!: Hud;
  private particles!: Particles;
  private controls!: Controls;
  private banner!: Phaser.GameObjects.BitmapText;
  private stepper!: FixedStepper;
  private ticks = 0;
  private endTicks = 0;
  private coins = 0;
  private look = 0;
  private eye = { x: 0, y: 0 };

  constructor() {
    super('level');
  }

  create(): void {
    const session = sessionOf(this);
    const seed = session.nextSeed();
    const level = buildLevel(session.level);
    this.session = session;
    this.world = new World(level, seed);
    this.view = new LevelView(this, this.world);
    this.particles = new Particles(this, seed);
    this.hud = new Hud(this);
    this.controls = new Controls(this);
    this.stepper = new FixedStepper(() => this.tick());
    session.bot?.restart();
    this.ticks = 0;
    this.endTicks = 0;
    this.coins = 0;
    this.look = 0;
    const label = `LEVEL ${session.level}\n${level.name}`;
    this.banner = this.add
      .bitmapText(VIEW.width / 2, 110, FONT, label, 28)
      .setCenterAlign()
      .setOrigin(0.5)
      .setScrollFactor(0)
      .setDepth(110);
    this.cameras.main.setBounds(0, 0, level.grid.columns * TILE, level.grid.rows * TILE);
    this.cameras.main.fadeIn(350, 11, 11, 30);
    this.eye = { x: this.world.player.x, y: this.world.player.y - 70 };
    this.aim(1);
    this.show();
  }

  override update(_time: number, delta: number): void {
    this.stepper.advance(delta);
    this.show();
  }

  private tick(): void {
    const { world, session } = this;
    this.ticks++;
    world.tick(session.bot ? session.bot.buttons(world) : this.controls.read());
    for (const event of world.events) this.react(event);
    this.trail();
    this.particles.tick();
    this.aim(0.1);
    if (world.finished || world.dead) this.end();
  }

  private react(event: WorldEvent): void {
    const { particles } = this;
    if (event.type === 'coin') {
      this.coins++;
      particles.burst('spark', event.x, event.y, 7);
    } else if (event.type === 'heart') particles.burst('hit', event.x, event.y, 8);
    else if (event.type === 'stomp') particles.burst('goo', event.x, event.y - 10, 10);
    else if (event.type === 'jump') particles.burst('dust', event.x, event.y, 4);
    else if (event.type === 'land') particles.burst('dust', event.x, event.y, 5);
    else if (event.type === 'hurt' || event.type === 'died') particles.burst('hit', event.x, event.y - 20, 12);
    else if (event.type === 'goal') particles.burst('spark', event.x, event.y - 50, 24);
  }

  /** Dust behind running feet and whatever floats in the air. */
  private trail(): void {
    const { world, particles } = this;
    const { player } = world;
    if (player.onGround && Math.abs(player.vx) > 150 && this.ticks % 7 === 0)
      particles.burst('dust', player.x - player.facing * 8, player.y - 2, 1);
    const { scrollX, scrollY } = this.cameras.main;
    const kind = world.level.theme === 'meadow' ? 'petal' : 'mote';
    particles.drift(kind, scrollX, scrollY, VIEW.width + 80, VIEW.height);
    if (world.finished && this.endTicks % 12 === 0) particles.burst('spark', player.x, player.y - 46, 6);
  }

  /** Moves the camera's eye a part of the way to where it should look; clamped here, since Phaser would only do so when it draws. */
  private aim(part: number): void {
    const { player } = this.world;
    this.look += (player.facing * 64 - this.look) * part * 0.4;
    this.eye.x += (player.x + this.look - this.eye.x) * part;
    this.eye.y += (player.y - 70 - this.eye.y) * part * 0.8;
    const camera = this.cameras.main;
    camera.setScroll(
      camera.clampX(Math.round(this.eye.x - VIEW.width / 2)),
      camera.clampY(Math.round(this.eye.y - VIEW.height / 2)),
    );
  }

  private show(): void {
    const { world, session } = this;
    this.view.follow();
    this.hud.show(world.player.hearts, session.coins + this.coins, session.score + world.score, world.ticks);
    const gone = Math.max(0, this.ticks - (BANNER_TICKS - 20)) / 20;
    this.banner.setVisible(gone < 1).setAlpha(1 - gone);
  }

  private end(): void {
    this.endTicks++;
    const { session, world } = this;
    if (this.endTicks < (world.dead ? DEATH_TICKS : FINISH_TICKS)) return;
    if (world.dead) {
      this.scene.start('end', { won: false, score: session.score + world.score, coins: session.coins + this.coins });
      return;
    }
    session.score += world.score;
    session.coins += this.coins;
    if (session.level >= LEVEL_COUNT) this.scene.start('end', { won: true, score: session.score, coins: session.coins });
    else {
      session.level++;
      this.scene.restart();
    }
  }
}
