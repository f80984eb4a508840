import type Phaser from 'phaser';
import { VIEW } from '../view.js';
import { Button, type ButtonOptions } from './Button.js';
import type { PageId, Stage } from './Stage.js';

/** A screen of words and buttons, one of which is looked at: by keys, the mouse, a finger or the bot. */
export abstract class Page {
  readonly root: Phaser.GameObjects.Container;
  readonly buttons: Button[] = [];
  focused: Button | undefined;

  constructor(
    protected readonly stage: Stage,
    readonly id: PageId,
    depth: number,
  ) {
    this.root = stage.scene.add.container().setDepth(depth);
  }

  /** 60 times a second while it is uppermost. */
  tick(): void {
    // Most pages only wait.
  }

  /** Once a frame. */
  show(): void {
    for (const button of this.buttons) button.show(button === this.focused);
  }

  /** What Escape does. */
  leave(): void {
    // Pages below have nothing to go back to.
  }

  /** A letter was typed. */
  type(_letter: string): void {
    // Only where there is a text field.
  }

  close(): void {
    this.root.destroy();
  }

  /** Looks at the button of this id; false where there is none. */
  lookAt(id: string): boolean {
    const button = this.buttons.find((one) => one.id === id);
    if (button) this.focused = button;
    return button !== undefined;
  }

  press(button = this.focused): void {
    if (!button?.enabled) return;
    this.focused = button;
    button.options.press();
  }

  /** Looks at the nearest button in a direction. */
  move(dx: number, dy: number): void {
    const from = this.focused?.middle ?? { x: VIEW.width / 2, y: 0 };
    let best: Button | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const button of this.buttons) {
      if (button === this.focused) continue;
      const { x, y } = button.middle;
      const along = (x - from.x) * dx + (y - from.y) * dy;
      const aside = Math.abs((x - from.x) * dy) + Math.abs((y - from.y) * dx);
      if (along <= 2 || along + 2 * aside >= least) continue;
      best = button;
      least = along + 2 * aside;
    }
    if (best) this.focused = best;
  }

  protected addButton(options: ButtonOptions, root = this.root): Button {
    const button = new Button(root, options);
    button.back.setInteractive({ useHandCursor: true });
    button.back.on('pointerover', () => {
      this.focused = button;
    });
    button.back.on('pointerdown', () => this.press(button));
    this.buttons.push(button);
    return button;
  }

  /** Darkens what lies below, and keeps fingers from it. */
  protected addShade(alpha: number): void {
    const shade = this.stage.scene.add.rectangle(0, 0, VIEW.width, VIEW.height, 0x0c0812, alpha).setOrigin(0).setInteractive();
    this.root.add(shade);
  }

  protected addImage(x: number, y: number, texture: string, frame?: string): Phaser.GameObjects.Image {
    const image = this.stage.scene.add.image(x, y, texture, frame).setOrigin(0);
    this.root.add(image);
    return image;
  }
}
