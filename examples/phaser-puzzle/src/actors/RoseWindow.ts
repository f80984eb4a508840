import type Phaser from 'phaser';
import { GLASS } from '../art/colours.js';
import { drawWindow, WINDOW } from '../art/window.js';
import type { Goal } from '../sim/levels.js';

/** A round window whose petals light up, each colour's by how much of it was collected. Drawn again only when that changes. */
export class RoseWindow {
  private readonly texture: Phaser.Textures.CanvasTexture;
  private drawn = '';

  constructor(
    scene: Phaser.Scene,
    x: number,
    y: number,
    private readonly scale = 1,
  ) {
    const key = `window-${scene.scene.key}`;
    const side = Math.round(WINDOW * scale);
    const texture = scene.textures.createCanvas(key, side, side);
    if (!texture) throw new Error(`Texture key in use: ${key}`);
    this.texture = texture;
    scene.add.image(x, y, key).setDepth(1).setName('window');
    scene.events.once('shutdown', () => texture.destroy());
  }

  /** Shows how far the goals are. */
  show(goals: readonly Goal[]): void {
    const state = goals.map(({ kind, got, wanted }) => `${kind}:${got}/${wanted}`).join();
    if (state === this.drawn) return;
    this.drawn = state;
    const { context, width } = this.texture;
    context.resetTransform();
    context.clearRect(0, 0, width, width);
    context.translate(width / 2, width / 2);
    context.scale(this.scale, this.scale);
    drawWindow(context, (petal, of) => {
      const share = of / goals.length;
      const { kind, got, wanted } = goals[Math.floor(petal / share)];
      return { colour: GLASS[kind], lit: Math.min(1, Math.max(0, (got / wanted) * share - (petal % share))) };
    });
    this.texture.refresh();
  }
}
