import type Phaser from 'phaser';
import { TINT } from '../art/palette.js';
import { plate } from '../art/plates.js';
import { PRIVATE } from '../recording.js';
import { addCentred, addText } from '../ui/addText.js';
import { Page } from '../ui/Page.js';
import type { Stage } from '../ui/Stage.js';
import { VIEW } from '../view.js';

const LONGEST = 10;
const KEYS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ-'";
const COLUMNS = 7;
const BLINK = 50;

/** The hero's name, typed or picked letter by letter. Field and letters are masked: whoever sees which letter lights up can read along. */
export class NamePage extends Page {
  private readonly field: Phaser.GameObjects.BitmapText;
  private ticks = 0;
  private name = '';

  constructor(stage: Stage) {
    super(stage, 'name', 10);
    const { scene } = stage;
    this.addShade(0.5);
    this.addImage(96, 34, plate(scene, 'wood', 448, 316));
    addCentred(this.root, VIEW.width / 2, 44, 'Who keeps this inn?', TINT.copper, 2);
    const masked = scene.add.container().setName(PRIVATE);
    this.root.add(masked);
    masked.add(scene.add.image(160, 96, plate(scene, 'paper', 320, 40)).setOrigin(0));
    this.field = addText(masked, 176, 106, '', TINT.ink);
    [...KEYS].forEach((key, i) => {
      const [x, y] = [160 + (i % COLUMNS) * 46, 146 + Math.floor(i / COLUMNS) * 32];
      this.addButton({ id: key, x, y, width: 44, height: 28, words: key, press: () => this.type(key) }, masked);
    });
    this.addButton({ id: 'delete', x: 160, y: 282, width: 96, words: 'Delete', press: () => this.type('Backspace') });
    this.addButton({
      ...{ id: 'done', x: 384, y: 282, width: 96, words: 'Done', press: () => this.finish() },
      enabled: () => this.name.length > 0,
    });
    addCentred(this.root, VIEW.width / 2, 316, 'Nobody can read it in the recording.', TINT.dim);
    this.lookAt('A');
  }

  override tick(): void {
    this.ticks++;
  }

  override show(): void {
    super.show();
    const caret = this.ticks % BLINK < BLINK / 2 ? '_' : '';
    this.field.setText(this.name + (this.name.length < LONGEST ? caret : ''));
  }

  override type(key: string): void {
    if (key === 'Backspace') this.name = this.name.slice(0, -1);
    else if (key.length === 1 && KEYS.includes(key.toUpperCase()) && this.name.length < LONGEST)
      this.name += this.name ? key.toLowerCase() : key.toUpperCase();
  }

  private finish(): void {
    this.stage.session.hero = this.name;
    this.stage.go('market');
  }
}
