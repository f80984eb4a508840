import type Phaser from 'phaser';
import { SeededRandom } from '../../../shared/seededRandom.js';

interface Particle {
  image: Phaser.GameObjects.Image;
  kind: string;
  frames: number;
  vx: number;
  vy: number;
  gravity: number;
  age: number;
  life: number;
  x: number;
  y: number;
}

/** How a kind of particle behaves: number of frames, count, speed, lift, gravity (px per tick and tick²) and life in ticks. */
const KINDS = {
  dust: { frames: 3, speed: 1, lift: 0.5, gravity: -0.01, life: 24 },
  spark: { frames: 3, speed: 2.4, lift: 0.8, gravity: 0.06, life: 30 },
  goo: { frames: 3, speed: 2.2, lift: 2.2, gravity: 0.16, life: 34 },
  hit: { frames: 3, speed: 2.6, lift: 1, gravity: 0.08, life: 26 },
  mote: { frames: 1, speed: 0.25, lift: 0.25, gravity: 0, life: 220 },
  petal: { frames: 1, speed: 0.5, lift: -0.5, gravity: 0.002, life: 240 },
} as const;

/** Names of the kinds of particles. */
export type ParticleKind = keyof typeof KINDS;

const POOL = 96;

/** A pool of small sprites. Everything random comes from the seed and moves by ticks, so particles repeat with the run. */
export class Particles {
  private readonly random: SeededRandom;
  private readonly pool: Particle[] = [];
  private next = 0;

  constructor(scene: Phaser.Scene, seed: number) {
    this.random = new SeededRandom(seed ^ 0x2545f491);
    for (let i = 0; i < POOL; i++) {
      const image = scene.add.image(0, 0, 'particles', 'dust-0').setDepth(6).setVisible(false);
      this.pool.push({ image, kind: 'dust', frames: 1, vx: 0, vy: 0, gravity: 0, age: 0, life: 0, x: 0, y: 0 });
    }
  }

  /** Throws `count` particles from a place. */
  burst(kind: ParticleKind, x: number, y: number, count: number): void {
    const { frames, speed, lift, gravity, life } = KINDS[kind];
    for (let i = 0; i < count; i++) {
      const particle = this.pool[this.next];
      this.next = (this.next + 1) % POOL;
      Object.assign(particle, { kind, frames, gravity, age: 0, life: Math.round(life * this.random.range(0.7, 1.2)) });
      particle.x = x + this.random.range(-5, 5);
      particle.y = y + this.random.range(-4, 4);
      particle.vx = this.random.range(-speed, speed);
      particle.vy = this.random.range(-speed, speed * 0.4) - lift;
    }
  }

  /** Now and then lets one particle drift through the given picture of the world. */
  drift(kind: ParticleKind, left: number, top: number, width: number, height: number): void {
    if (this.random.chance(0.12)) this.burst(kind, left + this.random.range(0, width), top + this.random.range(0, height), 1);
  }

  tick(): void {
    for (const particle of this.pool) {
      const { image } = particle;
      if (particle.age >= particle.life) {
        if (image.visible) image.setVisible(false);
        continue;
      }
      particle.vy += particle.gravity;
      particle.x += particle.vx;
      particle.y += particle.vy;
      const frame = Math.min(particle.frames - 1, Math.floor((particle.age / particle.life) * particle.frames));
      image.setVisible(true).setPosition(Math.round(particle.x), Math.round(particle.y)).setFrame(`${particle.kind}-${frame}`);
      particle.age++;
    }
  }
}
