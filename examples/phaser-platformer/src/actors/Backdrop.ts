import type Phaser from 'phaser';
import type { Theme } from '../sim/level.js';
import { VIEW } from '../view.js';

/** Layers from far to near: texture, how much of the camera's way each goes across and down. */
const LAYERS: readonly [string, number, number][] = [
  ['far', 0.12, 0.06],
  ['middle', 0.3, 0.16],
  ['near', 0.55, 0.3],
];

/** The sky and three parallax layers, each a TileSprite with its own scroll factor. */
export function addBackdrop(scene: Phaser.Scene, theme: Theme, worldWidth: number, worldHeight: number): void {
  scene.add.image(0, 0, `sky-${theme}`).setOrigin(0).setScrollFactor(0).setDepth(-100);
  LAYERS.forEach(([name, across, down], i) => {
    const width = VIEW.width + Math.max(0, worldWidth - VIEW.width) * across;
    const drop = Math.max(0, worldHeight - VIEW.height) * down;
    const key = `${name}-${theme}`;
    scene.add
      .tileSprite(0, drop, Math.ceil(width / 2) * 2, VIEW.height, key)
      .setOrigin(0)
      .setScrollFactor(across, down)
      .setDepth(-90 + i * 10);
    const below = belowColour(theme, i);
    if (below !== undefined && drop > 0) {
      scene.add.rectangle(0, drop + VIEW.height, width, drop + 4, below).setOrigin(0).setScrollFactor(across, down).setDepth(-90 + i * 10);
    }
  });
}

function belowColour(theme: Theme, layer: number): number | undefined {
  if (theme === 'meadow') return [0x8fc7b8, 0x519d6c, 0x23594a][layer];
  return [0x1a2350, 0x141738, 0x0f1130][layer];
}
