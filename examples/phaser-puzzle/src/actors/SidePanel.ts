import Phaser from 'phaser';
import { FONT } from '../../../shared/pixelFont.js';
import { DIM, GOLD, PALE } from '../art/colours.js';
import type { Moment, Moments } from '../replay/Moments.js';
import type { PuzzleWorld } from '../sim/PuzzleWorld.js';
import { PANEL } from '../view.js';
import { RoseWindow } from './RoseWindow.js';

const ROWS = 4;

interface Row {
  readonly back: Phaser.GameObjects.Image;
  readonly words: Phaser.GameObjects.BitmapText;
  readonly play: Phaser.GameObjects.Image;
  moment: Moment | undefined;
}

/** The rose window, the figures, what is still wanted, and the moments that can be seen again. */
export class SidePanel {
  private readonly window: RoseWindow;
  private readonly level: Phaser.GameObjects.BitmapText;
  private readonly moves: Phaser.GameObjects.BitmapText;
  private readonly score: Phaser.GameObjects.BitmapText;
  private readonly head: Phaser.GameObjects.BitmapText;
  private readonly goals: { readonly image: Phaser.GameObjects.Image; readonly left: Phaser.GameObjects.BitmapText }[];
  private readonly rows: Row[];
  private counted = 0;

  constructor(
    private readonly scene: Phaser.Scene,
    private readonly world: PuzzleWorld,
    private readonly moments: Moments,
    replay: (moment: Moment) => void,
  ) {
    const { x, y, width, height } = PANEL;
    scene.add.image(x + width / 2, y + height / 2, 'panel', 'panel-0');
    this.window = new RoseWindow(scene, x + 78, y + 78);
    this.level = this.word(x + 158, y + 12, GOLD);
    this.word(x + 158, y + 40, DIM).setText('MOVES');
    this.moves = this.word(x + 158, y + 57, 0xffffff, 28);
    this.word(x + 158, y + 100, DIM).setText('SCORE');
    this.score = this.word(x + 158, y + 118, 0xffffff);
    this.goals = [0, 1, 2].map((i) => ({
      image: scene.add.image(x + 30 + i * 84, y + 170, 'glass', 'glass-0').setScale(0.62),
      left: this.word(x + 48 + i * 84, y + 162, PALE),
    }));
    this.head = this.word(x + 15, y + 193, DIM);
    this.rows = Array.from({ length: ROWS }, (_, i) => this.addRow(y + 228 + i * 29, replay));
  }

  show(): void {
    const { world, moments } = this;
    const { goals } = world.rules;
    this.window.show(goals);
    this.level.setText(`LEVEL ${world.level}`);
    this.moves.setText(String(world.moves)).setTint(world.moves < 4 ? 0xff7a8a : 0xffffff);
    // The figure runs after the score.
    this.counted = Math.abs(world.score - this.counted) < 4 ? world.score : this.counted + (world.score - this.counted) * 0.15;
    this.score.setText(String(Math.round(this.counted)).padStart(6, '0'));
    this.goals.forEach(({ image, left }, i) => {
      const goal = goals[i];
      image.setVisible(goal !== undefined);
      left.setVisible(goal !== undefined);
      if (!goal) return;
      const missing = goal.wanted - goal.got;
      image.setFrame(`glass-${goal.kind}`);
      left.setText(missing > 0 ? String(missing) : 'OK').setTint(missing > 0 ? PALE : 0x6fe09d);
    });
    const newest = moments.all.slice(-ROWS).reverse();
    this.head.setText(newest.length > 0 ? 'MOMENTS' : 'COMBOS COME HERE');
    this.rows.forEach((row, i) => this.fill(row, newest[i]));
  }

  private fill(row: Row, moment: Moment | undefined): void {
    row.moment = moment;
    for (const object of [row.back, row.words]) object.setVisible(moment !== undefined);
    row.play.setVisible(Boolean(moment?.recording));
    if (!moment) return;
    row.words.setText(moment.label).setTint(moment === this.moments.best ? GOLD : moment.name === 'combo' ? PALE : 0x9fe8bd);
  }

  private addRow(y: number, replay: (moment: Moment) => void): Row {
    const { scene } = this;
    const middle = PANEL.x + PANEL.width / 2;
    const back = scene.add.image(middle, y, 'row', 'row-0').setVisible(false);
    const words = this.word(middle - 112, y - 8, PALE);
    const play = scene.add.image(middle + 106, y, 'play', 'play-0').setVisible(false);
    const row: Row = { back, words, play, moment: undefined };
    back.setInteractive(new Phaser.Geom.Rectangle(0, 0, 236, 26), Phaser.Geom.Rectangle.Contains);
    back.on('pointerover', () => back.setFrame(row.moment?.recording ? 'row-1' : 'row-0'));
    back.on('pointerout', () => back.setFrame('row-0'));
    back.on('pointerdown', () => row.moment?.recording && replay(row.moment));
    return row;
  }

  private word(x: number, y: number, tint: number, size = 14): Phaser.GameObjects.BitmapText {
    return this.scene.add.bitmapText(x, y, FONT, '', size).setTint(tint);
  }
}
