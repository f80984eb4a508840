import type Phaser from 'phaser';
import { VIEW } from '../view.js';

/** Three round buttons in the lower corners; several fingers may press at once, and slide between them. */
export class TouchPad {
  left = false;
  right = false;
  jump = false;
  private readonly buttons: readonly { image: Phaser.GameObjects.Image; name: 'left' | 'right' | 'jump' }[];

  constructor(private readonly scene: Phaser.Scene) {
    scene.input.addPointer(2);
    const button = (name: 'left' | 'right' | 'jump', x: number, key: string) => {
      const image = scene.add
        .image(x, VIEW.height - 46, key)
        .setScrollFactor(0)
        .setDepth(200)
        .setAlpha(0.55);
      return { image, name };
    };
    this.buttons = [
      button('left', 46, 'touch-arrow'),
      button('right', 122, 'touch-arrow'),
      button('jump', VIEW.width - 50, 'touch-jump'),
    ];
    this.buttons[1].image.setFlipX(true);
    scene.events.on('preupdate', this.read, this);
    scene.events.once('shutdown', () => scene.events.off('preupdate', this.read, this));
  }

  private read(): void {
    for (const { image, name } of this.buttons) {
      const held = this.scene.input.manager.pointers.some(
        (pointer) => pointer.isDown && Math.hypot(pointer.x - image.x, pointer.y - image.y) < 44,
      );
      this[name] = held;
      image.setAlpha(held ? 0.9 : 0.55);
    }
  }
}
