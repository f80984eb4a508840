import type { SgapsReplay } from '@sgaps/phaser/replay';
import type Phaser from 'phaser';
import { onKeyDown } from '../../../shared/onKeyDown.js';
import { FONT } from '../../../shared/pixelFont.js';
import { DIM, GOLD, PALE } from '../art/colours.js';
import { BOARD, VIEW } from '../view.js';
import type { Moment } from './Moments.js';

type ReplayPlayer = NonNullable<SgapsReplay['player']>;
type ReplayMarker = ReplayPlayer['markers'][number];

/** Seconds shown before the move that began it, and after its end. */
const BEFORE = 0.8;
const AFTER = 0.5;
/** ms that the event may take to come back from the server. */
const PATIENCE = 6000;
const MIDDLE = { x: BOARD.x + BOARD.width / 2, y: 176 };
const WIDTH = 320;
const HEIGHT = 180;
const BAR = { x: MIDDLE.x - WIDTH / 2 + 6, y: MIDDLE.y + HEIGHT / 2 + 16, width: WIDTH - 12 };
const COLOURS: Record<string, number> = { combo: GOLD, 'level done': 0x2fbf71, 'out of moves': 0xe5384f };

/** A moment of the session that is being recorded, again and again, on a screen above the board; and from event to event. */
export class MomentScreen {
  private replay: SgapsReplay | undefined;
  private objects: Phaser.GameObjects.GameObject[] = [];
  private pen: Phaser.GameObjects.Graphics | undefined;
  private head: Phaser.GameObjects.BitmapText | undefined;
  private waiting: Phaser.Time.TimerEvent | undefined;

  constructor(
    private readonly scene: Phaser.Scene,
    private readonly server: string,
  ) {
    onKeyDown(scene, ({ key }) => {
      if (key === 'Escape') this.close();
      else if (key === 'ArrowLeft') this.jump(-1);
      else if (key === 'ArrowRight') this.jump(1);
    });
  }

  get isOpen(): boolean {
    return this.replay !== undefined;
  }

  show(moment: Moment): void {
    this.close();
    const { scene } = this;
    const source = { server: this.server, recording: moment.recording };
    const replay = scene.add.sgapsReplay(MIDDLE.x, MIDDLE.y, { source, width: WIDTH, height: HEIGHT, loop: true });
    this.replay = replay.setDepth(22);
    this.furnish(moment.label);
    replay.ready.then(
      (player) => this.find(player, moment),
      () => undefined, // It says so by itself.
    );
    replay.on('marker', ({ name, time }: ReplayMarker) => this.say(name, time));
  }

  /** Draws the bar with its events; once a frame. */
  update(): void {
    const { pen } = this;
    const player = this.replay?.player;
    if (!pen || !player) return;
    const at = (time: number): number => BAR.x + BAR.width * Math.min(1, Math.max(0, time / Math.max(0.001, player.duration)));
    pen.clear().fillStyle(0x3a3566).fillRoundedRect(BAR.x, BAR.y, BAR.width, 4, 2);
    const { range } = player;
    if (range) pen.fillStyle(GOLD, 0.6).fillRect(at(range.start), BAR.y, Math.max(3, at(range.end) - at(range.start)), 4);
    for (const { time, name } of player.markers) {
      const x = at(time);
      const tall = name in COLOURS || name.startsWith('level');
      pen.fillStyle(COLOURS[name] ?? (tall ? PALE : DIM), tall ? 1 : 0.7);
      pen.fillRect(x - 1, BAR.y - (tall ? 7 : 3), 2, tall ? 6 : 3);
    }
    pen.fillStyle(0xffffff).fillCircle(at(player.currentTime), BAR.y + 2, 4);
  }

  close(): void {
    this.waiting?.remove();
    for (const object of this.objects) object.destroy();
    this.replay?.destroy();
    this.objects = [];
    this.replay = this.pen = this.head = this.waiting = undefined;
  }

  private furnish(label: string): void {
    const { scene } = this;
    const shade = scene.add.rectangle(0, 0, VIEW.width, VIEW.height, 0x080718, 0.72).setOrigin(0).setDepth(20);
    shade.setInteractive().on('pointerdown', () => this.close());
    const top = MIDDLE.y - HEIGHT / 2;
    const frame = scene.add.rectangle(MIDDLE.x, MIDDLE.y + 8, WIDTH + 16, HEIGHT + 104, 0x1b1840).setStrokeStyle(2, GOLD);
    frame.setDepth(21).setInteractive();
    const words = (x: number, y: number, text: string, tint: number): Phaser.GameObjects.BitmapText =>
      scene.add.bitmapText(x, y, FONT, text, 14).setOrigin(0.5).setTint(tint).setDepth(22);
    this.head = words(MIDDLE.x, top - 22, label, GOLD);
    const back = words(MIDDLE.x - 110, BAR.y + 22, '- EVENT', PALE).setInteractive({ useHandCursor: true });
    const on = words(MIDDLE.x + 14, BAR.y + 22, 'EVENT +', PALE).setInteractive({ useHandCursor: true });
    const leave = words(MIDDLE.x + 124, BAR.y + 22, 'CLOSE', GOLD).setInteractive({ useHandCursor: true });
    back.on('pointerdown', () => this.jump(-1));
    on.on('pointerdown', () => this.jump(1));
    leave.on('pointerdown', () => this.close());
    this.pen = scene.add.graphics().setDepth(22);
    this.objects = [shade, frame, this.head, back, on, leave, this.pen];
  }

  /** The event is one of the recording's markers as soon as the server has told of it: only that says when it was. */
  private find(player: ReplayPlayer, moment: Moment): void {
    const begun = this.scene.time.now;
    this.waiting = this.scene.time.addEvent({
      delay: 100,
      loop: true,
      callback: () => {
        const end = player.markers.find(
          ({ name, data }) => name === moment.name && (data as { number?: number } | null)?.number === moment.number,
        );
        if (end && player.duration > end.time) {
          this.waiting?.remove();
          const start = player.markers.findLast(({ name, time }) => name === 'move' && time < end.time)?.time ?? end.time - 2;
          player.range = { start: Math.max(0, start - BEFORE), end: Math.min(player.duration, end.time + AFTER) };
          void player.seek(player.range.start).then(
            () => player.play(),
            () => undefined,
          );
        } else if (this.scene.time.now - begun > PATIENCE) {
          this.waiting?.remove();
          this.head?.setText('NOT FOUND IN IT');
        }
      },
    });
  }

  /** To the event before or after what is shown. */
  private jump(by: 1 | -1): void {
    const player = this.replay?.player;
    if (!player) return;
    const now = player.currentTime;
    const { markers } = player;
    const to = by > 0 ? markers.find(({ time }) => time > now + 0.05) : markers.findLast(({ time }) => time < now - 0.5);
    if (!to) return;
    player.range = null;
    player.pause();
    void player.seek(to.time).catch(() => undefined);
    this.say(to.name, to.time);
  }

  private say(name: string, time: number): void {
    const seconds = Math.floor(time);
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    this.head?.setText(`${name.toUpperCase()} ${clock}`);
  }
}
