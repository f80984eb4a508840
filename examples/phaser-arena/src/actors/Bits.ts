import type Phaser from 'phaser';
import { SeededRandom } from '../../../shared/seededRandom.js';

interface Bit {
  image: Phaser.GameObjects.Image;
  vx: number;
  vy: number;
  age: number;
  life: number;
}

const POOL = 120;

/** Glowing bits that fly from shots and explosions; seeded, and moved by ticks. */
export class Bits {
  private readonly random: SeededRandom;
  private readonly pool: Bit[] = [];
  private next = 0;

  constructor(scene: Phaser.Scene, seed: number) {
    this.random = new SeededRandom(seed ^ 0x51ed270b);
    for (let i = 0; i < POOL; i++) {
      const image = scene.add.image(0, 0, 'bit', 'bit-0').setDepth(8).setVisible(false).setBlendMode('ADD');
      this.pool.push({ image, vx: 0, vy: 0, age: 0, life: 0 });
    }
  }

  burst(frame: 0 | 1 | 2, x: number, y: number, count: number, speed: number): void {
    for (let i = 0; i < count; i++) {
      const bit = this.pool[this.next];
      this.next = (this.next + 1) % POOL;
      const angle = this.random.range(-Math.PI, Math.PI);
      const fast = this.random.range(0.3, 1) * speed;
      Object.assign(bit, { vx: Math.cos(angle) * fast, vy: Math.sin(angle) * fast, age: 0, life: this.random.int(14, 34) });
      bit.image.setPosition(x, y).setFrame(`bit-${frame}`).setVisible(true);
    }
  }

  tick(): void {
    for (const bit of this.pool) {
      if (!bit.image.visible) continue;
      const left = 1 - bit.age++ / bit.life;
      if (left <= 0) {
        bit.image.setVisible(false);
        continue;
      }
      bit.vx *= 0.94;
      bit.vy *= 0.94;
      bit.image
        .setPosition(bit.image.x + bit.vx, bit.image.y + bit.vy)
        .setScale(left)
        .setAlpha(left);
    }
  }
}
