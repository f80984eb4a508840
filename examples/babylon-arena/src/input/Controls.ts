import type { Command } from '../sim/types.js';

const KEYS = [
  'KeyW',
  'KeyA',
  'KeyS',
  'KeyD',
  'ArrowUp',
  'ArrowDown',
  'ArrowLeft',
  'ArrowRight',
  'Space',
  'KeyF',
  'KeyQ',
  'KeyE',
  'Enter',
];
/** Radians per pixel that the mouse or a finger moves, and per tick that a key is held. */
const MOUSE = 0.0032;
const FINGER = 0.007;
const KEY = 0.045;
/** How far a finger moves for full speed, in pixels. */
const STICK = 45;

interface Finger {
  readonly startX: number;
  readonly startY: number;
  x: number;
  y: number;
  readonly steers: boolean;
}

/** Keys walk, the mouse (held by a click) turns and shoots; by touch the left half walks, the right half turns and shoots. */
export class Controls {
  private readonly held = new Set<string>();
  private readonly fingers = new Map<number, Finger>();
  private turn = 0;
  private tilt = 0;
  private firing = false;
  private pressed = false;
  private asleep = false;

  constructor(private readonly canvas: HTMLCanvasElement) {
    window.addEventListener('keydown', (event) => this.key(event));
    window.addEventListener('keyup', ({ code }) => this.held.delete(code));
    window.addEventListener('blur', () => this.letGo());
    canvas.addEventListener('pointerdown', (event) => this.down(event));
    canvas.addEventListener('pointermove', (event) => this.move(event));
    for (const name of ['pointerup', 'pointercancel'] as const) canvas.addEventListener(name, (event) => this.up(event));
    canvas.addEventListener('contextmenu', (event) => event.preventDefault());
  }

  /** True once after a click, a tap, Enter or Space. */
  takePress(): boolean {
    const { pressed } = this;
    this.pressed = false;
    return pressed;
  }

  /** Hears nothing while something else has the canvas, and lets go of the mouse. */
  sleep(asleep: boolean): void {
    this.asleep = asleep;
    this.letGo();
    if (asleep && document.pointerLockElement === this.canvas) document.exitPointerLock();
  }

  /** What is held down now, and the turn since the last call. */
  read(): Command {
    const on = (...codes: string[]): number => Number(codes.some((code) => this.held.has(code)));
    const command: Command = {
      forward: on('KeyW', 'ArrowUp') - on('KeyS', 'ArrowDown'),
      strafe: on('KeyD') - on('KeyA'),
      turn: this.turn + (on('ArrowRight', 'KeyE') - on('ArrowLeft', 'KeyQ')) * KEY,
      tilt: this.tilt,
      fire: this.firing || this.held.has('KeyF'),
      jump: this.held.has('Space'),
    };
    for (const finger of this.fingers.values()) {
      if (!finger.steers) {
        command.fire = true;
        continue;
      }
      command.strafe = Math.max(-1, Math.min(1, (finger.x - finger.startX) / STICK));
      command.forward = Math.max(-1, Math.min(1, (finger.startY - finger.y) / STICK));
    }
    this.turn = 0;
    this.tilt = 0;
    return command;
  }

  private key(event: KeyboardEvent): void {
    if (this.asleep || !KEYS.includes(event.code) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (!event.repeat && (event.code === 'Enter' || event.code === 'Space')) this.pressed = true;
    this.held.add(event.code);
  }

  private down(event: PointerEvent): void {
    if (this.asleep) return;
    this.pressed = true;
    if (event.pointerType === 'touch') {
      const steers = event.offsetX < this.canvas.clientWidth / 2;
      const { clientX, clientY, pointerId } = event;
      this.fingers.set(pointerId, { startX: clientX, startY: clientY, x: clientX, y: clientY, steers });
      return;
    }
    this.firing = true;
    // Refused where the page may not hold the pointer: then dragging turns.
    if (document.pointerLockElement !== this.canvas) this.hold();
  }

  private hold(): void {
    const held = this.canvas.requestPointerLock() as Promise<void> | undefined;
    held?.catch((error: unknown) => console.info(`The mouse stays free: ${String(error)}`));
  }

  private move(event: PointerEvent): void {
    const finger = this.fingers.get(event.pointerId);
    if (finger) {
      if (!finger.steers) this.look(event.clientX - finger.x, event.clientY - finger.y, FINGER);
      finger.x = event.clientX;
      finger.y = event.clientY;
    } else if (this.firing || document.pointerLockElement === this.canvas) this.look(event.movementX, event.movementY, MOUSE);
  }

  private look(dx: number, dy: number, by: number): void {
    this.turn += dx * by;
    this.tilt += dy * by * 0.5;
  }

  private up(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    this.firing = false;
  }

  private letGo(): void {
    this.held.clear();
    this.fingers.clear();
    this.firing = false;
  }
}
