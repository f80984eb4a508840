import type { PixelCanvas } from '../../../shared/PixelCanvas.js';
import { PALETTE as P } from './palette.js';
import type { FramePainter } from './sheet.js';

interface Pose {
  /** Body height above its resting place. */
  lift: number;
  /** Feet: how far forward and how high each is. */
  near: [number, number];
  far: [number, number];
  /** Hands, measured from the shoulders. */
  hand: [number, number];
  farHand: [number, number];
  /** How far the scarf streams. */
  scarf: number;
  blink?: boolean;
  hurt?: boolean;
}

const REST: Pose = { lift: 0, near: [1, 0], far: [-2, 0], hand: [-1, 5], farHand: [3, 5], scarf: 1 };

/** Cell size of the hero in drawn pixels. */
export const HERO_CELL = { width: 24, height: 26 };

const POSES: Record<string, Pose> = {
  'idle-0': REST,
  'idle-1': { ...REST, lift: 0, hand: [-1, 5], scarf: 2 },
  'idle-2': { ...REST, lift: -1, hand: [-1, 4], farHand: [3, 4], scarf: 1 },
  'idle-3': { ...REST, lift: -1, hand: [-1, 4], farHand: [3, 4], scarf: 2, blink: true },
  'run-0': { lift: 1, near: [5, 1], far: [-5, 2], hand: [-5, 3], farHand: [5, 3], scarf: 5 },
  'run-1': { lift: 0, near: [4, 0], far: [-4, 3], hand: [-3, 4], farHand: [4, 4], scarf: 4 },
  'run-2': { lift: 1, near: [0, 0], far: [0, 3], hand: [0, 5], farHand: [1, 5], scarf: 5 },
  'run-3': { lift: 1, near: [-5, 2], far: [5, 1], hand: [4, 3], farHand: [-4, 3], scarf: 4 },
  'run-4': { lift: 0, near: [-4, 3], far: [4, 0], hand: [3, 4], farHand: [-3, 4], scarf: 5 },
  'run-5': { lift: 1, near: [0, 3], far: [0, 0], hand: [0, 5], farHand: [1, 5], scarf: 4 },
  'jump-0': { lift: 2, near: [3, 3], far: [-3, 1], hand: [4, -3], farHand: [-4, 2], scarf: 3 },
  'jump-1': { lift: 2, near: [3, 4], far: [-2, 2], hand: [4, -4], farHand: [-4, 1], scarf: 4 },
  'fall-0': { lift: 2, near: [2, 1], far: [-3, 3], hand: [-5, -2], farHand: [5, -2], scarf: -2 },
  'fall-1': { lift: 2, near: [2, 2], far: [-3, 2], hand: [-5, -3], farHand: [5, -3], scarf: -3 },
  'hurt-0': { lift: 2, near: [4, 3], far: [2, 2], hand: [4, -1], farHand: [5, 1], scarf: 5, hurt: true },
  'cheer-0': { lift: 0, near: [2, 0], far: [-3, 0], hand: [-4, -6], farHand: [5, -6], scarf: 2 },
  'cheer-1': { lift: 3, near: [2, 2], far: [-3, 2], hand: [-5, -5], farHand: [6, -5], scarf: -2 },
};

/** The hero's frames, facing right. */
export const HERO_FRAMES: Record<string, FramePainter> = Object.fromEntries(
  Object.entries(POSES).map(([name, pose]) => [name, (cell: PixelCanvas) => drawHero(cell, pose)]),
);

function drawHero(cell: PixelCanvas, pose: Pose): void {
  const x = 11;
  const ground = 25;
  const hip = ground - 5 - pose.lift;
  const shoulder = hip - 6;
  limb(cell, x + 2, shoulder + 1, x + 2 + pose.farHand[0], shoulder + 1 + pose.farHand[1], P.navy, P.cheek);
  leg(cell, x, hip, pose.far, ground, P.umber, P.bark);
  leg(cell, x + 1, hip, pose.near, ground, P.bark, P.wood);
  cell
    .rect(x - 3, shoulder, 7, 7, P.blue)
    .rect(x - 3, shoulder, 2, 7, P.navy)
    .rect(x - 3, hip - 1, 7, 1, P.umber)
    .dot(x + 1, hip - 1, P.yellow);
  head(cell, x, shoulder, pose);
  scarf(cell, x, shoulder, pose.scarf);
  limb(cell, x - 1, shoulder + 1, x - 1 + pose.hand[0], shoulder + 1 + pose.hand[1], P.blue, P.skin);
  cell.outline(P.ink);
}

function leg(
  cell: PixelCanvas,
  x: number,
  hip: number,
  foot: [number, number],
  ground: number,
  trouser: string,
  shoe: string,
): void {
  const footX = x + foot[0];
  const footY = ground - foot[1];
  line(cell, x, hip, footX, footY - 2, trouser, 2);
  cell.rect(footX - 1, footY - 2, 4, 2, shoe);
}

function limb(cell: PixelCanvas, fromX: number, fromY: number, toX: number, toY: number, sleeve: string, hand: string): void {
  line(cell, fromX, fromY, toX, toY, sleeve, 2);
  cell.rect(toX, toY, 2, 2, hand);
}

function line(
  cell: PixelCanvas,
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
  colour: string,
  thickness: number,
): void {
  const steps = Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY), 1);
  for (let i = 0; i <= steps; i++) {
    cell.rect(fromX + ((toX - fromX) * i) / steps, fromY + ((toY - fromY) * i) / steps, thickness, thickness, colour);
  }
}

function head(cell: PixelCanvas, x: number, shoulder: number, pose: Pose): void {
  const top = shoulder - 10;
  cell
    .rect(x - 4, top + 2, 9, 8, P.skin)
    .rect(x - 4, top + 8, 9, 2, P.cheek)
    .rect(x - 3, top + 9, 7, 1, P.skin);
  cell
    .rect(x - 4, top, 9, 3, P.orange)
    .rect(x - 5, top + 1, 3, 7, P.orange)
    .rect(x - 3, top - 1, 7, 1, P.orange);
  cell
    .rect(x - 5, top + 6, 2, 3, P.rust)
    .rect(x - 2, top, 4, 1, P.amber)
    .rect(x + 1, top + 3, 2, 1, P.orange)
    .dot(x + 4, top + 3, P.orange);
  if (pose.hurt) {
    cell
      .dot(x, top + 5, P.ink)
      .dot(x + 2, top + 5, P.ink)
      .dot(x + 1, top + 6, P.ink)
      .dot(x + 4, top + 5, P.ink)
      .dot(x + 3, top + 6, P.ink);
    cell.rect(x + 1, top + 8, 3, 1, P.wine);
  } else if (pose.blink) cell.rect(x, top + 6, 2, 1, P.ink).rect(x + 3, top + 6, 2, 1, P.ink);
  else
    cell
      .rect(x + 1, top + 5, 1, 3, P.ink)
      .rect(x + 4, top + 5, 1, 3, P.ink)
      .dot(x + 1, top + 5, P.deep);
}

function scarf(cell: PixelCanvas, x: number, shoulder: number, stream: number): void {
  cell.rect(x - 4, shoulder - 1, 9, 2, P.red).rect(x - 4, shoulder, 9, 1, P.wine);
  const length = Math.max(2, Math.abs(stream));
  for (let i = 0; i < length; i++) {
    const y = stream < 0 ? shoulder - 1 - i : shoulder + (stream < 3 ? i : i >> 2);
    cell.rect(x - 5 - (stream < 0 || stream < 3 ? i >> 1 : i), y, 2, 2, i > 2 ? P.wine : P.red);
  }
}
