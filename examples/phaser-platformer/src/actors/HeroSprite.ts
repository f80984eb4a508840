import Phaser from 'phaser';
import type { Player } from '../sim/player.js';

/** Draws the player: picks the animation that fits its movement and blinks while it is safe. */
export class HeroSprite extends Phaser.GameObjects.Sprite {
  constructor(scene: Phaser.Scene, player: Player) {
    super(scene, player.x, player.y, 'hero', 'idle-0');
    scene.add.existing(this);
    this.setOrigin(0.46, 1).setDepth(4).setName('hero');
  }

  follow(player: Player, ticks: number, cheering: boolean): void {
    this.setPosition(Math.round(player.x), Math.round(player.y) + 2);
    this.setFlipX(player.facing < 0);
    this.setOrigin(player.facing < 0 ? 0.54 : 0.46, 1);
    this.setAlpha(player.safeTicks > 0 && ticks % 8 < 4 ? 0.35 : 1);
    this.anims.play(cheering ? 'hero-cheer' : animationOf(player), true);
  }
}

function animationOf(player: Player): string {
  if (player.hurtTicks > 0) return 'hero-hurt';
  if (!player.onGround) return player.vy < 0 ? 'hero-jump' : 'hero-fall';
  return Math.abs(player.vx) > 12 ? 'hero-run' : 'hero-idle';
}
