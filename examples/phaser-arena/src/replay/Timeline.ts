import type { SgapsReplay } from '@sgaps/phaser/replay';
import type Phaser from 'phaser';
import { FONT } from '../../../shared/pixelFont.js';

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];
const COLOURS: Record<string, number> = { died: 0xff5d73, hurt: 0xffd166 };
const BAR = { x: 44, y: 338, width: 446, height: 6 };
const PLAYED = 0x7df0ff;

/** Play and pause, a bar to scrub on with the recording's markers, speed and the live edge, made of Phaser's own objects. */
export class Timeline {
  private readonly pen: Phaser.GameObjects.Graphics;
  private readonly clock: Phaser.GameObjects.BitmapText;
  private readonly speed: Phaser.GameObjects.BitmapText;
  private readonly live: Phaser.GameObjects.BitmapText;
  private hovered: number | null = null;

  constructor(
    private readonly scene: Phaser.Scene,
    private readonly replay: SgapsReplay,
  ) {
    this.pen = scene.add.graphics();
    this.clock = this.word(scene.scale.width / 2, 4, 0xdfe8ff).setOrigin(0.5, 0);
    this.speed = this.button(this.word(BAR.x + BAR.width + 14, BAR.y - 6, 0xffd166), () => this.faster());
    this.live = this.button(this.word(578, BAR.y - 6, 0xff5d73).setText('LIVE'), () => void replay.live());
    this.button(scene.add.zone(24, BAR.y + 3, 36, 36), () => this.toggle());
    this.addBar();
    this.addKeys();
  }

  toggle(): void {
    const { player } = this.replay;
    if (!player) return;
    if (player.paused) void this.replay.play();
    else void this.replay.pause();
  }

  /** Draws what is; once a frame. */
  update(): void {
    const { pen, replay } = this;
    const { player } = replay;
    pen.clear();
    pen.fillStyle(0x2a3557).fillRoundedRect(BAR.x, BAR.y, BAR.width, BAR.height, 3);
    this.drawButton(player === null || player.paused);
    this.live.setVisible(player?.growing === true).setAlpha(player?.isLive ? 1 : 0.45);
    if (!player) return;
    const at = (time: number): number => BAR.x + (BAR.width * Math.min(time, player.duration)) / Math.max(0.001, player.duration);
    pen.fillStyle(PLAYED).fillRoundedRect(BAR.x, BAR.y, Math.max(3, at(player.currentTime) - BAR.x), BAR.height, 3);
    for (const { time, name } of player.markers) {
      const x = at(time);
      pen.fillStyle(COLOURS[name] ?? 0x93abe6).fillTriangle(x - 4, BAR.y - 9, x + 4, BAR.y - 9, x, BAR.y - 2);
    }
    if (this.hovered !== null) pen.fillStyle(0xffffff, 0.5).fillRect(this.hovered, BAR.y - 3, 1, BAR.height + 6);
    pen.fillStyle(0xffffff).fillCircle(at(player.currentTime), BAR.y + BAR.height / 2, 6);
    this.clock.setText(`${clock(player.currentTime)} / ${clock(player.duration)}`);
    this.speed.setText(`${player.playbackRate}X`);
  }

  private drawButton(paused: boolean): void {
    const { pen } = this;
    const y = BAR.y + 3;
    pen.fillStyle(PLAYED);
    if (paused) pen.fillTriangle(17, y - 9, 17, y + 9, 32, y);
    else pen.fillRect(16, y - 9, 5, 18).fillRect(26, y - 9, 5, 18);
  }

  private word(x: number, y: number, colour: number): Phaser.GameObjects.BitmapText {
    return this.scene.add.bitmapText(x, y, FONT, '', 14).setTint(colour);
  }

  private button<T extends Phaser.GameObjects.BitmapText | Phaser.GameObjects.Zone>(object: T, press: () => void): T {
    object.setInteractive({ useHandCursor: true }).on('pointerdown', press);
    return object;
  }

  private addBar(): void {
    const zone = this.scene.add
      .zone(BAR.x, BAR.y - 12, BAR.width, 30)
      .setOrigin(0)
      .setInteractive({ useHandCursor: true });
    const scrub = ({ x }: Phaser.Input.Pointer): void => {
      const { player } = this.replay;
      if (player) player.currentTime = player.duration * Math.min(1, Math.max(0, (x - BAR.x) / BAR.width));
    };
    let held = false;
    zone.on('pointerdown', (pointer: Phaser.Input.Pointer) => {
      held = true;
      scrub(pointer);
    });
    zone.on('pointermove', ({ x }: Phaser.Input.Pointer) => {
      this.hovered = x;
    });
    zone.on('pointerout', () => {
      this.hovered = null;
    });
    // What is held may leave the bar.
    this.scene.input.on('pointermove', (pointer: Phaser.Input.Pointer) => held && pointer.isDown && scrub(pointer));
    this.scene.input.on('pointerup', () => {
      held = false;
    });
  }

  private addKeys(): void {
    const { replay } = this;
    const keys: Record<string, () => unknown> = {
      SPACE: () => this.toggle(),
      LEFT: () => replay.seek(Math.max(0, replay.currentTime - 2)),
      RIGHT: () => replay.seek(replay.currentTime + 2),
      UP: () => this.faster(),
      DOWN: () => this.faster(-1),
      L: () => replay.live(),
    };
    for (const [key, press] of Object.entries(keys))
      this.scene.input.keyboard?.on(`keydown-${key}`, () => void (replay.player && press()));
  }

  /** The next speed; after the last comes the first. */
  private faster(by = 1): void {
    const { replay } = this;
    const next = SPEEDS.indexOf(replay.playbackRate) + by;
    replay.playbackRate = SPEEDS[(next + SPEEDS.length) % SPEEDS.length];
  }
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
