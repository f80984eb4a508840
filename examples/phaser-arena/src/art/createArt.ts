import type Phaser from 'phaser';
import { addFont } from '../../../shared/pixelFont.js';

type Painter = (pen: CanvasRenderingContext2D, frame: number) => void;

/** Draws every texture of the arena and defines its animations. Shapes point to the right and have soft edges. */
export function createArt(scene: Phaser.Scene): void {
  addFont(scene);
  sheet(scene, 'floor', 128, 1, floor);
  sheet(scene, 'wall', 40, 1, wall);
  sheet(scene, 'ship', 48, 2, ship);
  sheet(scene, 'turret', 56, 1, turret);
  sheet(scene, 'dart', 44, 4, dart);
  sheet(scene, 'heavy', 60, 2, heavy);
  sheet(scene, 'bullet', 28, 1, bullet);
  sheet(scene, 'gem', 28, 6, gem);
  sheet(scene, 'bit', 16, 3, bit);
  sheet(scene, 'life', 20, 2, life);
  animate(scene, 'ship', 2, 12);
  animate(scene, 'dart', 4, 14);
  animate(scene, 'gem', 6, 10);
}

function sheet(scene: Phaser.Scene, key: string, side: number, frames: number, paint: Painter): void {
  const pitch = frames > 1 ? side + 2 : side;
  const canvas = document.createElement('canvas');
  canvas.width = pitch * frames;
  canvas.height = side;
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('This browser has no 2D canvas');
  for (let i = 0; i < frames; i++) {
    pen.save();
    pen.translate(i * pitch + side / 2, side / 2);
    paint(pen, i);
    pen.restore();
  }
  const texture = scene.textures.addCanvas(key, canvas);
  for (let i = 0; i < frames; i++) texture?.add(`${key}-${i}`, 0, i * pitch, 0, side, side);
}

function animate(scene: Phaser.Scene, key: string, frames: number, frameRate: number): void {
  const list = Array.from({ length: frames }, (_, i) => ({ key, frame: `${key}-${i}` }));
  scene.anims.create({ key, frames: list, frameRate, repeat: -1 });
}

function shape(pen: CanvasRenderingContext2D, points: readonly [number, number][], fill: string, line = '#101425'): void {
  pen.beginPath();
  for (const [x, y] of points) pen.lineTo(x, y);
  pen.closePath();
  pen.fillStyle = fill;
  pen.fill();
  pen.lineWidth = 2;
  pen.strokeStyle = line;
  pen.stroke();
}

function disc(pen: CanvasRenderingContext2D, x: number, y: number, radius: number, fill: string, line?: string): void {
  pen.beginPath();
  pen.arc(x, y, radius, 0, Math.PI * 2);
  pen.fillStyle = fill;
  pen.fill();
  if (!line) return;
  pen.lineWidth = 2;
  pen.strokeStyle = line;
  pen.stroke();
}

function floor(pen: CanvasRenderingContext2D): void {
  pen.fillStyle = '#26304f';
  pen.fillRect(-64, -64, 128, 128);
  for (const [x, y, colour] of [
    [-64, -64, '#2a3557'],
    [0, 0, '#2a3557'],
    [0, -64, '#232c49'],
    [-64, 0, '#283254'],
  ] as const) {
    pen.fillStyle = colour;
    pen.fillRect(x + 2, y + 2, 60, 60);
    pen.fillStyle = 'rgba(255,255,255,0.05)';
    pen.fillRect(x + 2, y + 2, 60, 2);
    for (const [dx, dy] of [
      [8, 8],
      [56, 8],
      [8, 56],
      [56, 56],
    ])
      disc(pen, x + dx, y + dy, 2, '#1b2340');
  }
  pen.fillStyle = '#35cfc0';
  pen.globalAlpha = 0.35;
  pen.fillRect(20, 30, 24, 4);
  pen.fillRect(30, 20, 4, 24);
}

function wall(pen: CanvasRenderingContext2D): void {
  pen.fillStyle = '#5a6fa8';
  pen.fillRect(-20, -20, 40, 40);
  pen.fillStyle = '#7f97d4';
  pen.fillRect(-18, -18, 36, 30);
  pen.fillStyle = '#93abe6';
  pen.fillRect(-14, -14, 28, 20);
  pen.fillStyle = '#3b4a7a';
  pen.fillRect(-20, 14, 40, 6);
  pen.fillStyle = '#ffd166';
  pen.fillRect(-4, -6, 8, 4);
}

function ship(pen: CanvasRenderingContext2D, frame: number): void {
  disc(pen, -17 - frame * 2, -8, 4 + frame, '#7df0ff');
  disc(pen, -17 - frame * 2, 8, 4 + frame, '#7df0ff');
  shape(
    pen,
    [
      [18, -6],
      [18, 6],
      [6, 16],
      [-16, 14],
      [-12, 0],
      [-16, -14],
      [6, -16],
    ],
    '#2f9fe0',
  );
  shape(
    pen,
    [
      [12, -3],
      [12, 3],
      [2, 9],
      [-9, 8],
      [-7, 0],
      [-9, -8],
      [2, -9],
    ],
    '#6fd0ff',
    '#1f6fae',
  );
  pen.fillStyle = '#ffd166';
  pen.fillRect(4, -15, 4, 5);
  pen.fillRect(4, 10, 4, 5);
}

function turret(pen: CanvasRenderingContext2D): void {
  shape(
    pen,
    [
      [24, -3],
      [24, 3],
      [4, 4],
      [4, -4],
    ],
    '#dfe8ff',
  );
  disc(pen, 0, 0, 8, '#f2f6ff', '#101425');
  disc(pen, -1, -1, 4, '#ff8fab');
}

function dart(pen: CanvasRenderingContext2D, frame: number): void {
  const flap = [0, 4, 7, 4][frame];
  shape(
    pen,
    [
      [18, 0],
      [-8, -16 + flap],
      [-4, 0],
      [-8, 16 - flap],
    ],
    '#ff5d73',
  );
  shape(
    pen,
    [
      [12, 0],
      [-6, -7],
      [-3, 0],
      [-6, 7],
    ],
    '#ffb3c1',
    '#c9184a',
  );
  disc(pen, 5, 0, 3, '#101425');
}

function heavy(pen: CanvasRenderingContext2D, frame: number): void {
  const points: [number, number][] = [];
  for (let i = 0; i < 16; i++) {
    const angle = (i / 16) * Math.PI * 2;
    const radius = i % 2 ? 18 : 26;
    points.push([Math.cos(angle) * radius, Math.sin(angle) * radius]);
  }
  shape(pen, points, frame ? '#ffffff' : '#9b5de5');
  disc(pen, 0, 0, 13, frame ? '#ffe5ec' : '#c9a7ff', '#5a189a');
  disc(pen, 0, 0, 6, '#fee440', '#101425');
  pen.fillStyle = '#101425';
  pen.fillRect(7, -2, 8, 4);
}

function bullet(pen: CanvasRenderingContext2D): void {
  const glow = pen.createLinearGradient(-13, 0, 11, 0);
  glow.addColorStop(0, 'rgba(255,209,102,0)');
  glow.addColorStop(1, '#ffd166');
  pen.fillStyle = glow;
  pen.fillRect(-13, -3, 22, 6);
  disc(pen, 8, 0, 4, '#fff8dd');
}

function gem(pen: CanvasRenderingContext2D, frame: number): void {
  const half = [9, 7, 4, 1.5, 4, 7][frame];
  shape(
    pen,
    [
      [0, -11],
      [half, 0],
      [0, 11],
      [-half, 0],
    ],
    '#35e0b8',
  );
  shape(
    pen,
    [
      [0, -8],
      [half * 0.5, -1],
      [0, 3],
      [-half * 0.5, -1],
    ],
    '#b7fff0',
    '#35e0b8',
  );
}

function bit(pen: CanvasRenderingContext2D, frame: number): void {
  disc(pen, 0, 0, 7, ['rgba(255,209,102,0.35)', 'rgba(255,93,115,0.35)', 'rgba(125,240,255,0.35)'][frame]);
  disc(pen, 0, 0, 3.5, ['#fff3c4', '#ffb3c1', '#e0fbff'][frame]);
}

function life(pen: CanvasRenderingContext2D, frame: number): void {
  shape(
    pen,
    [
      [0, 8],
      [-8, -1],
      [-6, -7],
      [0, -4],
      [6, -7],
      [8, -1],
    ],
    frame ? '#3a4466' : '#ff5d73',
  );
}
