import type Phaser from 'phaser';
import type { Theme } from '../sim/level.js';
import { VIEW } from '../view.js';

/** Layers from far to near: texture, how much of the camera's way each goes across and down, colour above and below it. */
type Layer = [name: string, across: number, down: number, above: number | undefined, below: number];

const LAYERS: Record<Theme, readonly Layer[]> = {
  meadow: [
    ['far', 0.12, 0.06, undefined, 0x8fc7b8],
    ['middle', 0.3, 0.16, undefined, 0x519d6c],
    ['near', 0.55, 0.3, undefined, 0x23594a],
  ],
  cave: [
    ['far', 0.12, 0, undefined, 0x1a2350],
    ['middle', 0.3, 0.1, 0x181c42, 0x141738],
    ['near', 0.55, 0.3, undefined, 0x0f1130],
  ],
};

/** The sky and three parallax layers, each a TileSprite with its own scroll factor. */
export function addBackdrop(scene: Phaser.Scene, theme: Theme, worldWidth: number, worldHeight: number): void {
  scene.add.image(0, 0, `sky-${theme}`).setOrigin(0).setScrollFactor(0).setDepth(-100);
  LAYERS[theme].forEach(([name, across, down, above, below], i) => {
    const width = Math.ceil((VIEW.width + Math.max(0, worldWidth - VIEW.width) * across) / 2) * 2;
    const drop = Math.max(0, worldHeight - VIEW.height) * down;
    const depth = -90 + i * 10;
    const key = `${name}-${theme}`;
    const { height } = scene.textures.getFrame(key);
    scene.add
      .tileSprite(0, drop + VIEW.height - height, width, height, key)
      .setOrigin(0)
      .setScrollFactor(across, down)
      .setDepth(depth);
    const fill = (y: number, colour: number): void => {
      scene.add
        .rectangle(0, y, width, drop + 4, colour)
        .setOrigin(0)
        .setScrollFactor(across, down)
        .setDepth(depth);
    };
    if (drop > 0) fill(drop + VIEW.height, below);
    if (drop > 0 && above !== undefined) fill(-4, above);
  });
}
