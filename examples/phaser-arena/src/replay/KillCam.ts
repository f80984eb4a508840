import type { SgapsReplay } from '@sgaps/phaser/replay';
import type Phaser from 'phaser';
import { FONT } from '../../../shared/pixelFont.js';
import { VIEW } from '../view.js';

/** Seconds before the loss, and after it. */
const BEFORE = 4;
const AFTER = 0.4;
/** ms that the game waits for the replay, and for its end, at most. */
const PATIENCE = { start: 5000, end: 12_000 };
const WIDTH = 288;
const HEIGHT = 162;
const EDGE = 5;
/** Of the strip with words above the picture. */
const HEAD = 24;
const PLACE = { x: VIEW.width / 2, y: 246, angle: -3 };

/**
 * The last seconds before a loss, from the session that is being recorded, as a picture in the picture. Where no replay comes, nothing is shown and the game goes on.
 */
export class KillCam {
  private replay: SgapsReplay | undefined;
  private frame: Phaser.GameObjects.Container | undefined;

  constructor(
    private readonly scene: Phaser.Scene,
    private readonly server: string,
  ) {}

  /** The game should wait before it goes on. */
  get busy(): boolean {
    return this.replay !== undefined;
  }

  /** The ship was lost just now, and the event `died` was written into this recording. */
  show(recording: string): void {
    const { scene } = this;
    const source = { server: this.server, recording };
    const replay = scene.add.sgapsReplay(0, 0, { source, width: WIDTH, height: HEIGHT });
    this.replay = replay.setVisible(false);
    replay.once('error', () => this.end());
    replay.once('ended', () => this.leave());
    replay.ready.then(
      (player) => this.awaitLoss(player.duration),
      () => this.end(),
    );
    scene.time.delayedCall(PATIENCE.start, () => {
      if (!this.frame) this.end();
    });
  }

  /** What happened reaches the replay a moment later, as one of its markers: only that tells when it was. */
  private awaitLoss(from: number): void {
    const { scene, replay } = this;
    const check = scene.time.addEvent({
      delay: 50,
      loop: true,
      callback: () => {
        const player = replay?.player;
        const loss = player?.markers.findLast(({ name, time }) => name === 'died' && time > from - BEFORE);
        if (!player || !loss || player.duration < loss.time + AFTER) return;
        check.remove();
        player.range = { start: Math.max(0, loss.time - BEFORE), end: loss.time + AFTER };
        void player.seek(player.range.start).then(
          () => this.enter(),
          () => this.end(),
        );
      },
    });
  }

  private enter(): void {
    const { scene, replay } = this;
    if (!replay || this.frame) return;
    const [width, height] = [WIDTH + 2 * EDGE, HEIGHT + HEAD + EDGE];
    const [left, middle, y] = [-WIDTH / 2, (EDGE - HEAD) / 2, -HEIGHT / 2 - HEAD + 6];
    const shadow = scene.add.rectangle(7, middle + 9, width, height, 0x0b1020, 0.5);
    const border = scene.add.rectangle(0, middle, width, height, 0x1b2340).setStrokeStyle(2, 0x7df0ff);
    const dot = scene.add.circle(left + 9, y + 6, 5, 0xff5d73);
    const label = scene.add.bitmapText(left + 22, y, FONT, 'REPLAY', 14).setTint(0xff5d73);
    const hint = scene.add.bitmapText(-left, y, FONT, 'ENTER:SKIP', 14).setOrigin(1, 0).setTint(0xffd166);
    this.frame = scene.add.container(PLACE.x, VIEW.height + HEIGHT, [shadow, border, replay.setVisible(true), dot, label, hint]);
    this.frame.setScrollFactor(0, 0, true).setDepth(60).setScale(0.4).setAngle(24);
    scene.tweens.add({ targets: this.frame, ...PLACE, scale: 1, duration: 450, ease: 'Back.easeOut' });
    scene.tweens.add({ targets: dot, alpha: 0, duration: 400, yoyo: true, repeat: -1 });
    // A finger on it skips too.
    replay.setInteractive().once('pointerdown', () => this.leave());
    scene.input.keyboard?.once('keydown-ENTER', () => this.leave());
    // However slowly it comes, the game goes on.
    scene.time.delayedCall(PATIENCE.end, () => this.leave());
    void replay.play();
  }

  private leave(): void {
    const { scene, frame } = this;
    if (!frame) return;
    scene.tweens.add({ targets: frame, y: VIEW.height + HEIGHT, angle: 12, duration: 220, onComplete: () => this.end() });
  }

  private end(): void {
    this.frame?.destroy();
    this.replay?.destroy();
    this.frame = this.replay = undefined;
  }
}
