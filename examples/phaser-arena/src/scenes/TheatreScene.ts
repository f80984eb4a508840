import type { SgapsPlugin } from '@sgaps/phaser';
import type { SgapsReplay } from '@sgaps/phaser/replay';
import Phaser from 'phaser';
import { FONT } from '../../../shared/pixelFont.js';
import { createArt } from '../art/createArt.js';
import { Timeline } from '../replay/Timeline.js';
import { newestRecording, type Viewing } from '../replay/viewing.js';
import { VIEW } from '../view.js';

const SCREEN = { x: VIEW.width / 2, y: 172, width: 512, height: 288 };

/** A recording on a large screen in the game's own canvas; the game waits meanwhile, and nothing is recorded. */
export class TheatreScene extends Phaser.Scene {
  private timeline: Timeline | undefined;
  private told!: Phaser.GameObjects.BitmapText;

  constructor() {
    super('theatre');
  }

  create(): void {
    if (!this.textures.exists('ship')) createArt(this);
    const recorder = this.sgaps as SgapsPlugin | undefined;
    recorder?.pause();
    this.events.once('shutdown', () => recorder?.resume());
    this.timeline = undefined;
    this.addHall();
    this.input.keyboard?.on('keydown-ESC', () => this.leave());
    const { server, theatre } = this.registry.get('viewing') as Viewing;
    const recording = theatre === null ? newestRecording(server) : Promise.resolve(theatre);
    recording.then(
      (id) => (id === null ? this.told.setText('NOTHING RECORDED YET') : this.open(server, id)),
      () => this.told.setText('THE SERVER IS NOT THERE'),
    );
  }

  override update(): void {
    this.timeline?.update();
  }

  private addHall(): void {
    const { x, y, width, height } = SCREEN;
    this.add.rectangle(0, 0, VIEW.width, VIEW.height, 0x0d1020).setOrigin(0);
    this.add.ellipse(x, y, width * 1.35, height * 1.5, 0x2f9fe0, 0.07);
    this.add.ellipse(x, y, width * 1.2, height * 1.25, 0x2f9fe0, 0.09);
    this.add.rectangle(x, y, width + 8, height + 8, 0x3a4466);
    this.add.bitmapText(10, 4, FONT, 'THEATRE', 14).setTint(0xffd166);
    this.told = this.add.bitmapText(x, y, FONT, '', 28).setOrigin(0.5).setTint(0x7df0ff).setDepth(2);
    const back = this.add
      .bitmapText(VIEW.width - 10, 4, FONT, 'ESC: GAME', 14)
      .setOrigin(1, 0)
      .setTint(0x93abe6);
    back.setInteractive({ useHandCursor: true }).on('pointerdown', () => this.leave());
  }

  private open(server: string, recording: string): void {
    // It may be left again before the server has answered.
    if (!this.sys.isActive()) return;
    const { x, y, width, height } = SCREEN;
    const replay = this.add.sgapsReplay(x, y, { source: { server, recording }, width, height, autoplay: true });
    this.timeline = new Timeline(this, replay);
    const timeline = this.timeline;
    replay.setInteractive().on('pointerdown', () => timeline.toggle());
    replay.on('marker', ({ name }: { name: string }) => this.announce(replay, name));
    this.tweens.add({ targets: replay, alpha: { from: 0, to: 1 }, duration: 300 });
  }

  /** Says in passing what happened there. */
  private announce(replay: SgapsReplay, name: string): void {
    this.tweens.killTweensOf(this.told);
    this.told
      .setText(name.toUpperCase())
      .setAlpha(1)
      .setY(replay.y - replay.height / 2 + 24);
    this.tweens.add({ targets: this.told, alpha: 0, delay: 700, duration: 400 });
  }

  private leave(): void {
    this.registry.set('viewing', { ...(this.registry.get('viewing') as Viewing), theatre: null });
    this.scene.stop();
    this.scene.run('arena');
  }
}
