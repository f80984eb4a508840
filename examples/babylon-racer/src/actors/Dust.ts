import { Color4 } from '@babylonjs/core/Maths/math.color.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { ParticleSystem } from '@babylonjs/core/Particles/particleSystem.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { createTexture } from '../../../shared/babylon/createTexture.js';
import { TickedParticles } from '../../../shared/babylon/TickedParticles.js';
import { puff } from '../art/patterns.js';
import { type Car, TICK } from '../sim/types.js';
import type { World } from '../sim/World.js';

/** Sideways speed from which on tyres smoke, and speed from which on grass flies, metres per second. */
const SMOKES = 5.5;
const FLIES = 9;

/** What tyres throw up, and sparks of what collides. */
export class Dust {
  private readonly smoke: TickedParticles;
  private readonly earth: TickedParticles;
  private readonly sparks: TickedParticles;

  constructor(scene: Scene) {
    const texture = createTexture('puff', puff, scene, 32);
    const create = (name: string, colours: readonly [string, string], glows: boolean): TickedParticles => {
      const system = new TickedParticles(name, 140, scene);
      system.particleTexture = texture;
      system.blendMode = glows ? ParticleSystem.BLENDMODE_ADD : ParticleSystem.BLENDMODE_STANDARD;
      system.color1 = Color4.FromHexString(colours[0]);
      system.color2 = Color4.FromHexString(colours[1]);
      system.colorDead = Color4.FromHexString(`${colours[1].slice(0, 7)}00`);
      [system.minSize, system.maxSize] = glows ? [0.08, 0.2] : [0.5, 1.5];
      [system.minLifeTime, system.maxLifeTime] = glows ? [0.15, 0.45] : [0.3, 0.75];
      system.gravity = new Vector3(0, glows ? -9 : 0.8, 0);
      system.createSphereEmitter(0.3, 1);
      [system.minEmitPower, system.maxEmitPower] = glows ? [2, 7] : [0.3, 1.4];
      system.emitter = new Vector3();
      system.manualEmitCount = 0;
      system.updateSpeed = 0;
      system.start();
      return system;
    };
    this.smoke = create('smoke', ['#e8ecf270', '#cfd4dc60'], false);
    this.earth = create('earth', ['#9c8a5ca0', '#6f7f4680'], false);
    this.sparks = create('sparks', ['#fff2b0ff', '#ff9d3cff'], true);
  }

  /** Forgets all particles and begins another run. */
  seed(seed: number): void {
    [this.smoke, this.earth, this.sparks].forEach((system, i) => system.seed(seed + i * 7919));
  }

  /** One tick of what the world's cars throw up. */
  tick({ cars, ticks, events }: World): void {
    for (const { type, x, y, z } of events) if (type === 'crash' || type === 'bump') this.burst(this.sparks, x, y + 0.4, z, 12);
    for (const car of cars) {
      if ((ticks + car.id) % 2 === 0) continue;
      if (car.offRoad && Math.abs(car.speed) > FLIES) this.trail(this.earth, car);
      else if (Math.abs(car.slide) > SMOKES) this.trail(this.smoke, car);
    }
    for (const system of [this.smoke, this.earth, this.sparks]) system.advance(TICK);
  }

  /** Behind the rear wheels, one and the other. */
  private trail(system: TickedParticles, car: Car): void {
    const side = Math.floor(car.rolled * 3) % 2 === 0 ? 0.9 : -0.9;
    const [sin, cos] = [Math.sin(car.yaw), Math.cos(car.yaw)];
    this.burst(system, car.x - sin * 1.4 + cos * side, car.y + 0.3, car.z - cos * 1.4 - sin * side, 2);
  }

  private burst(system: TickedParticles, x: number, y: number, z: number, count: number): void {
    (system.emitter as Vector3).set(x, y, z);
    system.emit(count);
  }
}
