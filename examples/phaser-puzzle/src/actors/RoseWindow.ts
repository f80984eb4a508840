import type Phaser from 'phaser';
import { GLASS } from '../art/colours.js';
import type { Goal } from '../sim/levels.js';

const PETALS = 12;
const DARK = 0x3a3566;

/** A round window whose petals light up, each colour's by how much of it was collected. */
export class RoseWindow {
  private readonly petals: { readonly glass: Phaser.GameObjects.Image; readonly light: Phaser.GameObjects.Image }[] = [];

  constructor(scene: Phaser.Scene, x: number, y: number, scale = 1) {
    const add = (texture: string, frame = 0): Phaser.GameObjects.Image =>
      scene.add.image(x, y, texture, `${texture}-${frame}`).setScale(scale).setDepth(1);
    add('ring');
    for (let i = 0; i < PETALS; i++) {
      const angle = (360 / PETALS) * i;
      // A petal's point is its lower end.
      const [glass, light] = [0, 1].map((frame) => add('petal', frame).setOrigin(0.5, 1).setAngle(angle));
      light.setBlendMode('ADD');
      this.petals.push({ glass, light });
    }
    add('boss').setDepth(2);
  }

  /** Shows how far the goals are; the light flickers by `ticks`. */
  show(goals: readonly Goal[], ticks: number): void {
    const share = PETALS / goals.length;
    this.petals.forEach(({ glass, light }, i) => {
      const goal = goals[Math.floor(i / share)];
      const lit = Math.min(1, Math.max(0, (goal.got / goal.wanted) * share - (i % share)));
      glass.setTint(mix(DARK, GLASS[goal.kind], lit));
      light.setTint(GLASS[goal.kind]).setAlpha(lit === 1 ? 0.7 + 0.3 * Math.sin(ticks / 40 + i) : 0);
    });
  }
}

function mix(from: number, to: number, part: number): number {
  const channel = (shift: number): number => {
    const [a, b] = [(from >> shift) & 255, (to >> shift) & 255];
    return Math.round(a + (b - a) * part) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}
