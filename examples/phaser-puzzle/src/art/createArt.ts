import Phaser from 'phaser';
import { addFont, FONT } from '../../../shared/pixelFont.js';
import { BOARD, PANEL, VIEW } from '../view.js';
import { box, drawBoard, drawPanel, drawWall } from './chapel.js';
import { GLASS } from './colours.js';
import { drawGlass, drawPower, drawShard } from './glass.js';
import { addSheet } from './sheet.js';

/** Draws every texture of the game. */
export function createArt(scene: Phaser.Scene): void {
  addFont(scene);
  // Its letters lie side by side, and each pixel of them is to stay one.
  scene.textures.get(FONT).setFilter(Phaser.Textures.FilterMode.NEAREST);
  addSheet(scene, 'wall', VIEW.width, VIEW.height, 1, drawWall);
  addSheet(scene, 'board', BOARD.width + 16, BOARD.height + 16, 1, drawBoard);
  addSheet(scene, 'panel', PANEL.width, PANEL.height, 1, drawPanel);
  addSheet(scene, 'glass', 42, 42, GLASS.length, drawGlass);
  addSheet(scene, 'power', 42, 42, 3, drawPower);
  addSheet(scene, 'shard', 14, 14, 4, drawShard);
  addSheet(scene, 'frame', BOARD.cell + 4, BOARD.cell + 4, 1, drawFrame);
  addSheet(scene, 'hand', 32, 36, 2, drawHand);
  addSheet(scene, 'play', 18, 18, 1, drawPlay);
  addSheet(scene, 'row', 236, 26, 2, (pen, frame) => box(pen, -118, -13, 236, 26, 6, frame ? '#463b78' : '#2a2554'));
  addSheet(scene, 'beam', 128, 24, 1, drawBeam);
  addSheet(scene, 'flash', 96, 96, 1, drawFlash);
}

/** Around the cell the keys stand on. */
function drawFrame(pen: CanvasRenderingContext2D): void {
  const half = BOARD.cell / 2;
  for (const [width, colour] of [
    [5, '#14122b'],
    [3, '#ffe6a8'],
  ] as const) {
    pen.lineWidth = width;
    pen.strokeStyle = colour;
    pen.beginPath();
    pen.roundRect(-half + 1, -half + 1, BOARD.cell - 2, BOARD.cell - 2, 7);
    pen.stroke();
  }
}

/** The bot's hand, its finger's tip at the upper middle; frame 1 presses. */
function drawHand(pen: CanvasRenderingContext2D, frame: number): void {
  if (frame === 1) pen.scale(0.88, 0.88);
  for (const [grow, fill] of [
    [2, '#14122b'],
    [0, '#fff1dc'],
  ] as const) {
    box(pen, -4 - grow, -17 - grow, 8 + 2 * grow, 22 + 2 * grow, 4 + grow, fill);
    box(pen, -12 - grow, -4 - grow, 24 + 2 * grow, 20 + 2 * grow, 8 + grow, fill);
  }
  box(pen, -9, 9, 18, 7, 3, '#c2405f');
}

function drawPlay(pen: CanvasRenderingContext2D): void {
  pen.beginPath();
  pen.moveTo(-5, -7);
  pen.lineTo(7, 0);
  pen.lineTo(-5, 7);
  pen.closePath();
  pen.fillStyle = '#ffd37a';
  pen.fill();
}

function drawBeam(pen: CanvasRenderingContext2D): void {
  const light = pen.createLinearGradient(0, -12, 0, 12);
  light.addColorStop(0, 'rgba(255, 255, 255, 0)');
  light.addColorStop(0.5, 'rgba(255, 255, 255, 1)');
  light.addColorStop(1, 'rgba(255, 255, 255, 0)');
  pen.fillStyle = light;
  pen.fillRect(-64, -12, 128, 24);
}

function drawFlash(pen: CanvasRenderingContext2D): void {
  const light = pen.createRadialGradient(0, 0, 4, 0, 0, 48);
  light.addColorStop(0, 'rgba(255, 255, 255, 0.9)');
  light.addColorStop(0.4, 'rgba(255, 255, 255, 0.3)');
  light.addColorStop(1, 'rgba(255, 255, 255, 0)');
  pen.fillStyle = light;
  pen.fillRect(-48, -48, 96, 96);
}
