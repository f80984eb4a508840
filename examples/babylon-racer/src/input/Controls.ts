import type { Command } from '../sim/types.js';

const KEYS = ['KeyW', 'KeyA', 'KeyS', 'KeyD', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Space', 'KeyB', 'Enter'];
/** How far a finger moves for full lock, in pixels. */
const LOCK = 55;

interface Finger {
  readonly startX: number;
  x: number;
  readonly steers: boolean;
}

/** Keys drive; by touch the left half steers, a finger on the right half drives and a second one brakes. */
export class Controls {
  private readonly held = new Set<string>();
  private readonly fingers = new Map<number, Finger>();
  private pressed = false;
  private reset = false;

  constructor(canvas: HTMLCanvasElement) {
    window.addEventListener('keydown', (event) => this.key(event));
    window.addEventListener('keyup', ({ code }) => this.held.delete(code));
    window.addEventListener('blur', () => this.letGo());
    canvas.addEventListener('pointerdown', ({ pointerId, pointerType, offsetX, clientX }) => {
      this.pressed = true;
      if (pointerType !== 'touch') return;
      this.fingers.set(pointerId, { startX: clientX, x: clientX, steers: offsetX < canvas.clientWidth / 2 });
    });
    canvas.addEventListener('pointermove', ({ pointerId, clientX }) => {
      const finger = this.fingers.get(pointerId);
      if (finger) finger.x = clientX;
    });
    for (const name of ['pointerup', 'pointercancel'] as const)
      canvas.addEventListener(name, ({ pointerId }) => this.fingers.delete(pointerId));
    canvas.addEventListener('contextmenu', (event) => event.preventDefault());
  }

  /** True once after a click, a tap, Enter or Space. */
  takePress(): boolean {
    const { pressed } = this;
    this.pressed = false;
    return pressed;
  }

  /** What is held down now. */
  read(): Command {
    const on = (...codes: string[]): number => Number(codes.some((code) => this.held.has(code)));
    const fingers = [...this.fingers.values()];
    const pedals = fingers.filter(({ steers }) => !steers).length;
    const wheel = fingers.find(({ steers }) => steers);
    const turned = wheel ? Math.max(-1, Math.min(1, (wheel.x - wheel.startX) / LOCK)) : 0;
    const command: Command = {
      throttle: Math.max(on('KeyW', 'ArrowUp'), Number(pedals === 1)),
      brake: Math.max(on('KeyS', 'ArrowDown'), Number(pedals > 1)),
      steer: on('KeyD', 'ArrowRight') - on('KeyA', 'ArrowLeft') || turned,
      drift: this.held.has('Space'),
      reset: this.reset,
    };
    this.reset = false;
    return command;
  }

  private key(event: KeyboardEvent): void {
    if (!KEYS.includes(event.code) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (event.repeat) return;
    if (event.code === 'Enter' || event.code === 'Space') this.pressed = true;
    if (event.code === 'KeyB') this.reset = true;
    this.held.add(event.code);
  }

  private letGo(): void {
    this.held.clear();
    this.fingers.clear();
  }
}
