import { Color4 } from '@babylonjs/core/Maths/math.color.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { ParticleSystem } from '@babylonjs/core/Particles/particleSystem.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { createTexture } from '../../../shared/babylon/createTexture.js';
import { TickedParticles } from '../../../shared/babylon/TickedParticles.js';
import { glow } from '../art/patterns.js';
import { TICK } from '../sim/types.js';

/** What a burst looks like. */
interface Burst {
  readonly colours: readonly [string, string];
  readonly speed: number;
  readonly size: readonly [number, number];
  readonly life: readonly [number, number];
  readonly gravity: number;
}

const BURSTS = {
  flash: { colours: ['#fff2b0', '#ffb347'], speed: 1.5, size: [0.18, 0.34], life: [0.06, 0.12], gravity: 0 },
  spark: { colours: ['#fff6d0', '#ffd166'], speed: 5, size: [0.06, 0.15], life: [0.15, 0.4], gravity: -9 },
  fire: { colours: ['#ffe08a', '#ff5d3a'], speed: 6, size: [0.25, 0.7], life: [0.25, 0.7], gravity: 1 },
  shine: { colours: ['#c6fff4', '#4ce0b3'], speed: 3, size: [0.1, 0.22], life: [0.3, 0.6], gravity: 3 },
} as const satisfies Record<string, Burst>;

/** Bursts of glowing particles for shots, hits, explosions and pick-ups. */
export class Sparks {
  private readonly systems: Record<keyof typeof BURSTS, TickedParticles>;

  constructor(scene: Scene) {
    const texture = createTexture('glow', glow, scene, 32);
    const create = (name: keyof typeof BURSTS): TickedParticles => {
      const { colours, speed, size, life, gravity }: Burst = BURSTS[name];
      const system = new TickedParticles(`sparks-${name}`, 160, scene);
      system.particleTexture = texture;
      system.blendMode = ParticleSystem.BLENDMODE_ADD;
      system.color1 = Color4.FromHexString(`${colours[0]}ff`);
      system.color2 = Color4.FromHexString(`${colours[1]}ff`);
      system.colorDead = Color4.FromHexString(`${colours[1]}00`);
      [system.minSize, system.maxSize] = size;
      [system.minLifeTime, system.maxLifeTime] = life;
      system.gravity = new Vector3(0, gravity, 0);
      system.createSphereEmitter(0.12, 1);
      system.minEmitPower = speed * 0.25;
      system.maxEmitPower = speed;
      system.emitter = new Vector3();
      system.manualEmitCount = 0;
      system.updateSpeed = 0;
      system.start();
      return system;
    };
    this.systems = { flash: create('flash'), spark: create('spark'), fire: create('fire'), shine: create('shine') };
  }

  /** Forgets all particles and begins another run. */
  seed(seed: number): void {
    Object.values(this.systems).forEach((system, i) => system.seed(seed + i * 7919));
  }

  burst(name: keyof typeof BURSTS, x: number, y: number, z: number, count: number): void {
    const system = this.systems[name];
    (system.emitter as Vector3).set(x, y, z);
    system.emit(count);
  }

  tick(): void {
    for (const system of Object.values(this.systems)) system.advance(TICK);
  }
}
