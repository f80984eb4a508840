import type Phaser from 'phaser';
import { widthOf } from '../art/letters.js';
import { TINT } from '../art/palette.js';
import { plate } from '../art/plates.js';
import { addText } from './addText.js';

/** What a button is and does. */
export interface ButtonOptions {
  readonly id: string;
  /** Upper left corner and size, pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height?: number;
  readonly words: string;
  /** Where the words begin; default in the middle. */
  readonly align?: 'left' | 'middle';
  readonly press: () => void;
  /** It can be pressed; default always. */
  readonly enabled?: () => boolean;
}

/** Words on a plate that lights up while it is looked at. */
export class Button {
  readonly back: Phaser.GameObjects.Image;
  private readonly label: Phaser.GameObjects.BitmapText;
  private readonly height: number;

  constructor(
    root: Phaser.GameObjects.Container,
    readonly options: ButtonOptions,
  ) {
    const { x, y, width, height = 26, words, align = 'middle' } = options;
    this.height = height;
    this.back = root.scene.add.image(x, y, plate(root.scene, 'button', width, height)).setOrigin(0);
    root.add(this.back);
    const left = align === 'left' ? 8 : width / 2 - widthOf(words);
    this.label = addText(root, x + left, y + height / 2 - 10, words, TINT.cream);
  }

  get id(): string {
    return this.options.id;
  }

  get enabled(): boolean {
    return this.options.enabled?.() ?? true;
  }

  get middle(): { x: number; y: number } {
    const { x, y, width } = this.options;
    return { x: x + width / 2, y: y + this.height / 2 };
  }

  setWords(words: string): void {
    if (this.label.text === words) return;
    const { x, width, align } = this.options;
    this.label.setText(words);
    if (align !== 'left') this.label.x = 2 * Math.round((x + width / 2 - widthOf(words)) / 2);
  }

  show(focused: boolean): void {
    const { enabled } = this;
    const style = !enabled ? 'off' : focused ? 'focused' : 'button';
    this.back.setTexture(plate(this.back.scene, style, this.options.width, this.height));
    this.label.setTint(!enabled ? 0xa8968c : focused ? 0xffffff : TINT.cream);
  }
}
