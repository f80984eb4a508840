import { lookAt } from '@sgaps/client/view';
import type { Subject } from './scenes.js';
import type { Triple } from './things.js';

/** Steepest look up or down, radians. */
const STEEPEST = 1.5;
const KEYS: Readonly<Record<string, Triple>> = {
  KeyW: [0, 0, 1],
  KeyS: [0, 0, -1],
  KeyA: [-1, 0, 0],
  KeyD: [1, 0, 0],
  KeyQ: [0, 1, 0],
  KeyE: [0, -1, 0],
};

/** A camera that a mouse and keys move, about a place or freely; y points down where `up` is −1. */
export class OrbitFly {
  kind: 'orbit' | 'fly' = 'orbit';
  private readonly held = new Set<string>();
  private readonly off = new AbortController();
  private readonly target: Triple;
  private distance: number;
  private yaw: number;
  private pitch: number;
  private eye: [number, number, number] = [0, 0, 0];

  constructor(
    canvas: HTMLCanvasElement,
    { target, distance, yaw, pitch }: Subject,
    private readonly up: 1 | -1,
  ) {
    this.target = target;
    this.distance = distance;
    this.yaw = yaw;
    this.pitch = pitch;
    const { signal } = this.off;
    const speed = distance;
    canvas.addEventListener('pointerdown', (event) => canvas.setPointerCapture(event.pointerId), { signal });
    canvas.addEventListener(
      'pointermove',
      ({ buttons, movementX, movementY }) => {
        if (buttons === 0) return;
        const way = this.kind === 'orbit' ? 1 : -1;
        this.yaw += way * 0.006 * movementX;
        this.pitch = Math.max(-STEEPEST, Math.min(STEEPEST, this.pitch + way * 0.006 * movementY));
      },
      { signal },
    );
    const near = (event: WheelEvent) => {
      event.preventDefault();
      this.distance = Math.max(0.1 * speed, Math.min(10 * speed, this.distance * 1.001 ** event.deltaY));
    };
    canvas.addEventListener('wheel', near, { signal, passive: false });
    window.addEventListener('keydown', ({ code }) => this.held.add(code), { signal });
    window.addEventListener('keyup', ({ code }) => this.held.delete(code), { signal });
    window.addEventListener('blur', () => this.held.clear(), { signal });
  }

  /** Where it looks, as a unit vector. */
  private get forward(): Triple {
    const level = Math.cos(this.pitch);
    return [Math.sin(this.yaw) * level, -this.up * Math.sin(this.pitch), -this.up * Math.cos(this.yaw) * level];
  }

  /** The camera's view, after so many seconds more. */
  view(seconds: number): Float32Array {
    const [x, y, z] = this.forward;
    if (this.kind === 'orbit') this.eye = this.target.map((value, i) => value - this.distance * [x, y, z][i]) as typeof this.eye;
    else {
      // To the right: forward × up, level.
      const [rightX, rightZ] = [-z * this.up, x * this.up].map((value) => value / Math.hypot(x, z));
      const step = 0.6 * this.distance * seconds;
      for (const code of this.held) {
        const [right, down, ahead] = KEYS[code] ?? [0, 0, 0];
        this.eye[0] += step * (right * rightX + ahead * x);
        this.eye[1] += step * (ahead * y - this.up * down);
        this.eye[2] += step * (right * rightZ + ahead * z);
      }
    }
    const { eye } = this;
    return lookAt(eye, [eye[0] + x, eye[1] + y, eye[2] + z], [0, this.up, 0]);
  }

  dispose(): void {
    this.off.abort();
  }
}
