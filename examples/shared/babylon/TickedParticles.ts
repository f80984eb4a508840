import { ParticleSystem } from '@babylonjs/core/Particles/particleSystem.js';
import '@babylonjs/core/Particles/particleSystemComponent.js';
import { SeededRandom } from '../seededRandom.js';

/**
 * Babylon's particle system on the game's ticks instead of the frames': it ages in `tick` only, so that a frame which is not
 * drawn changes nothing, and it draws its luck from a seed.
 */
export class TickedParticles extends ParticleSystem {
  private random = new SeededRandom(0);

  seed(seed: number): void {
    this.reset();
    this.random = new SeededRandom(seed);
  }

  emit(count: number): void {
    this.manualEmitCount = count;
    this.advance(0);
  }

  advance(seconds: number): void {
    const { random } = Math;
    Math.random = () => this.random.next();
    this.updateSpeed = seconds;
    super.animate(true);
    this.updateSpeed = 0;
    Math.random = random;
  }

  /** Called by the scene when it draws: only uploads what the ticks have done. */
  override animate(): void {
    super.animate();
  }
}
