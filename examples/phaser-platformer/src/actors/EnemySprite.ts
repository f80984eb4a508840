import Phaser from 'phaser';
import type { Enemy } from '../sim/enemy.js';
import type { Theme } from '../sim/level.js';

const SQUASHED_TICKS = 40;

/** Draws one enemy; a squashed one stays flat for a moment, a flyer tumbles down. */
export class EnemySprite extends Phaser.GameObjects.Sprite {
  constructor(
    scene: Phaser.Scene,
    private readonly enemy: Enemy,
    private readonly theme: Theme,
  ) {
    super(scene, enemy.x, enemy.y, `enemies-${theme}`, `${enemy.kind}-0`);
    scene.add.existing(this);
    this.setOrigin(0.5, 1).setDepth(3).setName(enemy.kind);
    this.anims.play({ key: `${enemy.kind}-${theme}`, startFrame: enemy.age % 2 });
  }

  follow(): void {
    const { enemy } = this;
    this.setPosition(Math.round(enemy.x), Math.round(enemy.y) + 2).setFlipX(enemy.facing > 0);
    if (enemy.alive) return;
    this.anims.stop();
    this.setTexture(`enemies-${this.theme}`, `${enemy.kind}-dead`);
    if (enemy.kind === 'flyer') this.setAngle(enemy.deadTicks * 7);
    this.setVisible(enemy.deadTicks < SQUASHED_TICKS);
  }
}
