import type Phaser from 'phaser';
import { TINT } from '../art/palette.js';
import { plate } from '../art/plates.js';
import { PRIVATE } from '../recording.js';
import type { RecordingState } from '../Session.js';
import { DAYS, MAX_FAME } from '../sim/Inn.js';
import { VIEW } from '../view.js';
import { addText } from './addText.js';
import type { Stage } from './Stage.js';

const BAR_HEIGHT = 28;

const BADGES: Record<RecordingState, { readonly words: string; readonly dot: number }> = {
  'no recorder': { words: 'no recorder', dot: 0 },
  'not asked': { words: 'not asked yet', dot: 0 },
  refused: { words: 'not recorded', dot: 0 },
  connecting: { words: 'connecting', dot: 0 },
  paused: { words: 'paused', dot: 2 },
  recording: { words: 'recorded', dot: 1 },
};

/** The hero's name, the day, coins, fame, and whether all this is being recorded. */
export class TopBar {
  private readonly root: Phaser.GameObjects.Container;
  private readonly name: Phaser.GameObjects.BitmapText;
  private readonly day: Phaser.GameObjects.BitmapText;
  private readonly coins: Phaser.GameObjects.BitmapText;
  private readonly stars: Phaser.GameObjects.Image[];
  private readonly dot: Phaser.GameObjects.Image;
  private readonly badge: Phaser.GameObjects.BitmapText;

  constructor(private readonly stage: Stage) {
    const { scene } = stage;
    this.root = scene.add.container().setDepth(60);
    this.root.add(scene.add.image(0, 0, plate(scene, 'bar', VIEW.width, BAR_HEIGHT)).setOrigin(0));
    // Always as wide as the longest name: the grey place in a recording should not tell its length.
    const masked = scene.add.container().setName(PRIVATE);
    masked.add(scene.add.rectangle(6, 2, 132, 20, 0x2b1b22).setOrigin(0));
    this.root.add(masked);
    this.name = addText(masked, 12, 4, '', TINT.gold);
    this.day = addText(this.root, 146, 4, '', TINT.cream);
    this.root.add(scene.add.image(270, 13, 'coin', 'coin-0'));
    this.coins = addText(this.root, 284, 4, '', TINT.cream);
    this.stars = Array.from({ length: MAX_FAME }, (_, i) => scene.add.image(354 + i * 20, 13, 'star', 'star-0'));
    this.root.add(this.stars);
    this.dot = scene.add.image(470, 14, 'dot', 'dot-0');
    this.root.add(this.dot);
    this.badge = addText(this.root, 482, 4, '', TINT.dim);
  }

  show(visible: boolean): void {
    const { inn, session } = this.stage;
    this.root.setVisible(visible);
    this.name.setText(session.hero);
    this.day.setText(`Day ${inn.day} of ${DAYS}`);
    this.coins.setText(`${inn.coins} p`).setTint(inn.coins < 0 ? 0xff8a7a : TINT.cream);
    this.stars.forEach((star, i) => star.setFrame(`star-${Math.max(0, Math.min(2, inn.fame - 2 * i))}`));
    const { words, dot } = BADGES[session.recordingState];
    this.dot.setFrame(`dot-${dot}`);
    this.badge.setText(words);
  }
}
