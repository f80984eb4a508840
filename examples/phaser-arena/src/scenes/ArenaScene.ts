import type { SgapsPlugin } from '@sgaps/phaser';
import Phaser from 'phaser';
import { FixedStepper } from '../../../shared/fixedStepper.js';
import type { GameOptions } from '../../../shared/gameOptions.js';
import { FONT } from '../../../shared/pixelFont.js';
import { ArenaView } from '../actors/ArenaView.js';
import { Bits } from '../actors/Bits.js';
import { createArt } from '../art/createArt.js';
import { Bot } from '../bot/Bot.js';
import { Controls } from '../input/Controls.js';
import { KillCam } from '../replay/KillCam.js';
import type { Viewing } from '../replay/viewing.js';
import { ARENA } from '../sim/arena.js';
import { type ArenaEvent, ArenaWorld } from '../sim/world.js';
import { VIEW } from '../view.js';

const TITLE_TICKS = 110;
const RESTART_TICKS = 150;
const LIVES = 5;

/** The whole game: a title, the fight, and again from the start after a loss. */
export class ArenaScene extends Phaser.Scene {
  private options!: GameOptions;
  private bot: Bot | undefined;
  private world!: ArenaWorld;
  private view!: ArenaView;
  private bits!: Bits;
  private controls!: Controls;
  private stepper!: FixedStepper;
  private lives: Phaser.GameObjects.Image[] = [];
  private score!: Phaser.GameObjects.BitmapText;
  private message!: Phaser.GameObjects.BitmapText;
  private killCam: KillCam | undefined;
  private eye = { x: 0, y: 0 };
  private waited = 0;
  private playing = false;
  private tries = 0;

  constructor() {
    super('arena');
  }

  create(): void {
    this.options = this.registry.get('options') as GameOptions;
    if (!this.textures.exists('ship')) createArt(this);
    const seed = this.options.seed * 1009 + this.tries * 31;
    this.bot = this.options.bot ? new Bot(seed) : undefined;
    this.world = new ArenaWorld(seed, this.options.level);
    this.registry.set('world', this.world);
    this.view = new ArenaView(this, this.world);
    this.bits = new Bits(this, seed);
    this.controls = new Controls(this);
    this.addReplays();
    this.stepper = new FixedStepper(() => this.tick());
    this.eye = { x: this.world.player.x, y: this.world.player.y };
    this.waited = 0;
    this.playing = this.options.autostart || this.tries > 0;
    this.addHud();
    this.show();
  }

  override update(_time: number, delta: number): void {
    this.stepper.advance(delta);
    this.show();
  }

  /** What is shown of the recording: the last seconds after a loss, and the theatre by a key. */
  private addReplays(): void {
    const { server, killCam } = this.registry.get('viewing') as Viewing;
    this.killCam = killCam ? new KillCam(this, server) : undefined;
    this.input.keyboard?.on('keydown-T', () => this.scene.sleep().run('theatre'));
  }

  private addHud(): void {
    const fix = <T extends Phaser.GameObjects.Image | Phaser.GameObjects.BitmapText>(object: T): T => {
      object.setScrollFactor(0).setDepth(50);
      return object;
    };
    this.lives = Array.from({ length: LIVES }, (_, i) => fix(this.add.image(22 + i * 22, 21, 'life', 'life-0')));
    this.score = fix(this.add.bitmapText(VIEW.width - 14, 12, FONT, '000000'))
      .setOrigin(1, 0)
      .setTint(0xffd166);
    this.message = fix(this.add.bitmapText(VIEW.width / 2, 110, FONT, '', 42))
      .setOrigin(0.5)
      .setTint(0x7df0ff);
  }

  private tick(): void {
    const { world } = this;
    if (this.playing) {
      const { scrollX, scrollY } = this.cameras.main;
      world.tick(this.bot ? this.bot.steer(world) : this.controls.read(world.player.x - scrollX, world.player.y - scrollY));
      for (const event of world.events) this.react(event);
    } else this.waitForStart();
    this.bits.tick();
    this.eye.x += (world.player.x + Math.cos(world.player.aim) * 50 - this.eye.x) * 0.07;
    this.eye.y += (world.player.y + Math.sin(world.player.aim) * 34 - this.eye.y) * 0.07;
    if (!world.dead) return;
    this.waited++;
    if (this.waited < RESTART_TICKS || this.killCam?.busy) return;
    // Once, however many ticks this frame still has.
    this.waited = Number.NEGATIVE_INFINITY;
    this.tries++;
    this.scene.restart();
  }

  private waitForStart(): void {
    this.waited++;
    const pressed = this.bot ? this.waited >= TITLE_TICKS : this.input.activePointer.isDown || this.controls.read(0, 0).fire;
    if (!pressed) return;
    this.playing = true;
    this.waited = 0;
  }

  private react({ type, x, y }: ArenaEvent): void {
    if (type === 'shot') this.bits.burst(0, x, y, 1, 1);
    else if (type === 'spark') this.bits.burst(0, x, y, 5, 3);
    else if (type === 'gem') this.bits.burst(2, x, y, 8, 3);
    else this.bits.burst(1, x, y, type === 'died' ? 36 : 18, 5);
    if (type === 'hurt' || type === 'died') this.tell(type);
  }

  /** Writes it into the recording, where it is a marker to find again. */
  private tell(type: 'hurt' | 'died'): void {
    const recorder = this.sgaps as SgapsPlugin | undefined;
    recorder?.event(type, { score: this.world.score });
    if (type === 'died' && recorder?.recordingId) this.killCam?.show(recorder.recordingId);
  }

  /** The camera keeps fractions of a pixel: this game is the one that scrolls between pixels. */
  private show(): void {
    const { world } = this;
    this.view.follow();
    this.lives.forEach((image, i) => image.setFrame(i < world.player.health ? 'life-0' : 'life-1'));
    this.score.setText(String(world.score).padStart(6, '0'));
    this.message.setText(world.dead ? 'SHIP LOST' : this.playing ? '' : 'HOVER ARENA');
    const x = Math.max(0, Math.min(ARENA.size - VIEW.width, this.eye.x - VIEW.width / 2));
    const y = Math.max(0, Math.min(ARENA.size - VIEW.height, this.eye.y - VIEW.height / 2));
    this.cameras.main.setScroll(x, y);
  }
}
