import { css } from './colours.js';

/** Width and height of the rose window, pixels. */
export const WINDOW = 140;
const PETALS = 12;
const LEAD = '#14122b';
const DARK = 0x3a3566;

/** Draws the rose window around (0, 0); `light` tells each petal's colour, and how much of it is lit, 0 … 1. */
export function drawWindow(
  pen: CanvasRenderingContext2D,
  light: (petal: number, of: number) => { readonly colour: number; readonly lit: number },
): void {
  disc(pen, 69, '#0d0b20');
  disc(pen, 67, '#57508a');
  disc(pen, 64, '#3b356b');
  disc(pen, 61, LEAD);
  for (let i = 0; i < PETALS; i++) {
    const { colour, lit } = light(i, PETALS);
    pen.save();
    pen.rotate((i / PETALS) * Math.PI * 2);
    drawPetal(pen, mix(DARK, colour, lit), lit === 1);
    pen.restore();
  }
  disc(pen, 13, LEAD);
  disc(pen, 10.5, '#ffd37a');
  disc(pen, 6, '#fff3cf');
}

/** One petal, its point in the window's middle. */
function drawPetal(pen: CanvasRenderingContext2D, colour: number, glows: boolean): void {
  pen.beginPath();
  pen.moveTo(0, -4);
  pen.lineTo(-12, -42);
  pen.arc(0, -45, 12.4, Math.PI - 0.2, 0.2);
  pen.closePath();
  pen.fillStyle = css(colour);
  pen.fill();
  pen.save();
  pen.clip();
  pen.fillStyle = css(colour, -0.2);
  pen.fillRect(0, -60, 20, 60);
  if (glows) {
    const light = pen.createRadialGradient(0, -44, 1, 0, -36, 24);
    light.addColorStop(0, 'rgba(255, 255, 255, 0.42)');
    light.addColorStop(1, 'rgba(255, 255, 255, 0)');
    pen.fillStyle = light;
    pen.fillRect(-20, -60, 40, 60);
  }
  pen.strokeStyle = 'rgba(20, 18, 43, 0.75)';
  pen.lineWidth = 2;
  pen.strokeRect(-20, -36, 40, 60);
  pen.restore();
  pen.strokeStyle = LEAD;
  pen.lineWidth = 3;
  pen.stroke();
}

function disc(pen: CanvasRenderingContext2D, radius: number, fill: string): void {
  pen.beginPath();
  pen.arc(0, 0, radius, 0, Math.PI * 2);
  pen.fillStyle = fill;
  pen.fill();
}

function mix(from: number, to: number, part: number): number {
  const channel = (shift: number): number => {
    const [a, b] = [(from >> shift) & 255, (to >> shift) & 255];
    return Math.round(a + (b - a) * part) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}
