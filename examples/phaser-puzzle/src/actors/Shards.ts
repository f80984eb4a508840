import type Phaser from 'phaser';
import { SeededRandom } from '../../../shared/seededRandom.js';

interface Shard {
  readonly image: Phaser.GameObjects.Image;
  vx: number;
  vy: number;
  turn: number;
  age: number;
  life: number;
}

interface Light {
  readonly image: Phaser.GameObjects.Image;
  left: number;
}

const POOL = 160;
const LIGHT_TICKS = 20;

/** Splinters of broken glass, and the light of powers; seeded, and moved by ticks. */
export class Shards {
  private readonly random: SeededRandom;
  private readonly pool: Shard[] = [];
  private readonly lights: Light[] = [];
  private next = 0;

  constructor(
    private readonly scene: Phaser.Scene,
    seed: number,
  ) {
    this.random = new SeededRandom(seed ^ 0x7f4a7c15);
    for (let i = 0; i < POOL; i++) {
      const image = scene.add
        .image(0, 0, 'shard', `shard-${i % 4}`)
        .setDepth(6)
        .setVisible(false)
        .setName('shard');
      this.pool.push({ image, vx: 0, vy: 0, turn: 0, age: 0, life: 1 });
    }
  }

  burst(x: number, y: number, colour: number, count: number): void {
    const { random } = this;
    for (let i = 0; i < count; i++) {
      const shard = this.pool[this.next];
      this.next = (this.next + 1) % POOL;
      const angle = random.range(-Math.PI, Math.PI);
      const speed = random.range(0.8, 3.2);
      Object.assign(shard, { vx: Math.cos(angle) * speed, vy: Math.sin(angle) * speed - 1.4 });
      Object.assign(shard, { turn: random.range(-0.3, 0.3), age: 0, life: random.int(26, 52) });
      shard.image.setPosition(x, y).setTint(colour).setVisible(true);
    }
  }

  /** Light across the board: along it for a row, down it for a column (`angle`), or around a place. */
  flash(texture: 'beam' | 'flash', x: number, y: number, colour: number, width: number, angle = 0): void {
    const image = this.scene.add.image(x, y, texture, `${texture}-0`).setDepth(5).setTint(colour).setAngle(angle);
    image.setBlendMode('ADD').setScale(width / image.width, texture === 'beam' ? 1.6 : width / image.width);
    this.lights.push({ image, left: LIGHT_TICKS });
  }

  tick(): void {
    for (const shard of this.pool) {
      if (!shard.image.visible) continue;
      const left = 1 - shard.age++ / shard.life;
      if (left <= 0) {
        shard.image.setVisible(false);
        continue;
      }
      shard.vy += 0.16;
      const { image } = shard;
      image.setPosition(image.x + shard.vx, image.y + shard.vy).setRotation(image.rotation + shard.turn);
      image.setAlpha(Math.min(1, left * 2)).setScale(0.5 + left * 0.6);
    }
    for (const light of this.lights) {
      light.left--;
      light.image.setAlpha(light.left / LIGHT_TICKS);
      if (light.left <= 0) light.image.destroy();
    }
    while (this.lights.length > 0 && this.lights[0].left <= 0) this.lights.shift();
  }
}
