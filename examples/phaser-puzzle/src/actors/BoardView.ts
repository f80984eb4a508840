import type Phaser from 'phaser';
import type { Glass } from '../sim/board.js';
import { columnOf, rowOf } from '../sim/board.js';
import { BREAK_TICKS, type PuzzleWorld } from '../sim/PuzzleWorld.js';
import { BOARD } from '../view.js';

const POWERS = ['row', 'column', 'burst'];

interface Pictures {
  readonly glass: Phaser.GameObjects.Image;
  readonly power: Phaser.GameObjects.Image | undefined;
}

/** Middle of a place on the board, in pixels. */
export function placeOf(x: number, y: number): { x: number; y: number } {
  return { x: BOARD.x + (x + 0.5) * BOARD.cell, y: BOARD.y + (y + 0.5) * BOARD.cell };
}

/** Draws the board and the glass on it; follows the world, never changes it. */
export class BoardView {
  private readonly pictures = new Map<number, Pictures>();
  private readonly cursor: Phaser.GameObjects.Image;
  private readonly glassLayer: Phaser.GameObjects.Container;

  constructor(
    private readonly scene: Phaser.Scene,
    private readonly world: PuzzleWorld,
  ) {
    const middle = { x: BOARD.x + BOARD.width / 2, y: BOARD.y + BOARD.height / 2 };
    scene.add.image(middle.x, middle.y, 'board', 'board-0');
    this.glassLayer = scene.add.container();
    this.cursor = scene.add.image(0, 0, 'frame', 'frame-0').setDepth(4).setVisible(false).setName('cursor');
  }

  /** `cursor` and `picked` are cells, -1 for none. */
  follow(cursor: number, picked: number): void {
    const { cells, ticks } = this.world;
    const alive = new Set<number>();
    cells.forEach((glass, cell) => {
      if (!glass) return;
      alive.add(glass.id);
      this.place(glass, cell === picked ? 1 + 0.08 * Math.sin(ticks / 6) : 1);
    });
    for (const [id, { glass, power }] of this.pictures) {
      if (alive.has(id)) continue;
      glass.destroy();
      power?.destroy();
      this.pictures.delete(id);
    }
    const shown = cursor >= 0 ? cursor : picked;
    this.cursor.setVisible(shown >= 0);
    if (shown < 0) return;
    const { x, y } = placeOf(columnOf(shown), rowOf(shown));
    this.cursor.setPosition(x, y).setTint(picked >= 0 ? 0xffffff : 0xb8a8ff);
  }

  private place(glass: Glass, scale: number): void {
    const pictures = this.pictures.get(glass.id) ?? this.create(glass);
    const { x, y } = placeOf(glass.x, glass.y);
    const gone = glass.breaking / BREAK_TICKS;
    const size = scale * (gone === 0 ? 1 : gone < 0.35 ? 1 + gone * 0.5 : Math.max(0, 1.17 - (gone - 0.35) * 1.8));
    // What still is above the board waits behind its edge.
    const shown = glass.y > -0.8;
    const alpha = Math.min(1, Math.max(0, (glass.y + 0.8) / 0.6));
    pictures.glass.setPosition(x, y).setScale(size).setAlpha(alpha).setVisible(shown);
    pictures.power?.setPosition(x, y).setScale(size).setAlpha(alpha).setVisible(shown);
  }

  private create({ id, kind, power }: Glass): Pictures {
    const glass = this.scene.add.image(0, 0, 'glass', `glass-${kind}`).setName('glass');
    this.glassLayer.add(glass);
    const sign = POWERS.indexOf(power);
    const above = sign < 0 ? undefined : this.scene.add.image(0, 0, 'power', `power-${sign}`).setName('power');
    if (above) this.glassLayer.add(above);
    const pictures = { glass, power: above };
    this.pictures.set(id, pictures);
    return pictures;
  }
}
