import type Phaser from 'phaser';
import { onKeyDown } from '../../../shared/onKeyDown.js';
import { areNeighbours, cellAt, columnOf, rowOf, type Swap } from '../sim/board.js';
import { BOARD } from '../view.js';

const DRAG = 0.45;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ...{ arrowleft: [-1, 0], arrowright: [1, 0], arrowup: [0, -1], arrowdown: [0, 1] },
  ...{ a: [-1, 0], d: [1, 0], w: [0, -1], s: [0, 1] },
};

/** A finger or the mouse drags a glass or picks two; arrows walk, space picks, and an arrow then swaps. */
export class Controls {
  /** The cell the keys stand on; -1 until one was pressed. */
  cursor = -1;
  /** The cell that was picked, or -1. */
  picked = -1;
  private held = -1;
  private wanted: Swap | null = null;

  constructor(scene: Phaser.Scene) {
    const { input } = scene;
    input.on('pointerdown', (pointer: Phaser.Input.Pointer) => this.press(pointer));
    input.on('pointermove', (pointer: Phaser.Input.Pointer) => this.pull(pointer));
    input.on('pointerup', () => {
      this.held = -1;
    });
    onKeyDown(scene, ({ key }) => {
      const arrow = ARROWS[key.toLowerCase()];
      if (arrow) this.walk(...arrow);
      else if (key === ' ' || key === 'Enter') this.pick();
    });
  }

  /** What was asked for since the last time. */
  read(): Swap | null {
    const { wanted } = this;
    this.wanted = null;
    return wanted;
  }

  /** Forgets what was begun: something else has the keys. */
  reset(): void {
    this.picked = this.held = -1;
    this.wanted = null;
  }

  private press({ x, y }: Phaser.Input.Pointer): void {
    const cell = cellOf(x, y);
    this.cursor = -1;
    const { picked } = this;
    this.picked = -1;
    if (cell < 0) return;
    if (picked >= 0 && areNeighbours({ a: picked, b: cell })) this.wanted = { a: picked, b: cell };
    else if (picked !== cell) this.picked = this.held = cell;
  }

  private pull({ x, y, isDown }: Phaser.Input.Pointer): void {
    const { held } = this;
    if (held < 0 || !isDown) return;
    const dx = (x - BOARD.x) / BOARD.cell - columnOf(held) - 0.5;
    const dy = (y - BOARD.y) / BOARD.cell - rowOf(held) - 0.5;
    if (Math.max(Math.abs(dx), Math.abs(dy)) < DRAG) return;
    const across = Math.abs(dx) > Math.abs(dy);
    this.swap(held, across ? Math.sign(dx) : 0, across ? 0 : Math.sign(dy));
    this.held = -1;
  }

  private walk(dx: number, dy: number): void {
    if (this.cursor < 0) {
      this.cursor = cellAt(3, 4);
      return;
    }
    if (this.picked >= 0) this.swap(this.picked, dx, dy);
    else {
      const next = cellAt(columnOf(this.cursor) + dx, rowOf(this.cursor) + dy);
      if (next >= 0) this.cursor = next;
    }
  }

  private pick(): void {
    if (this.cursor < 0) this.walk(0, 0);
    else this.picked = this.picked === this.cursor ? -1 : this.cursor;
  }

  private swap(a: number, dx: number, dy: number): void {
    const b = cellAt(columnOf(a) + dx, rowOf(a) + dy);
    this.picked = -1;
    if (b < 0) return;
    this.wanted = { a, b };
    if (this.cursor >= 0) this.cursor = b;
  }
}

function cellOf(x: number, y: number): number {
  return cellAt(Math.floor((x - BOARD.x) / BOARD.cell), Math.floor((y - BOARD.y) / BOARD.cell));
}
