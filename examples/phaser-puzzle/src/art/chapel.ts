import { hashCell } from '../../../shared/seededRandom.js';
import { BOARD, PANEL, VIEW } from '../view.js';

const STONE = { width: 64, height: 30 };

/** The wall of a chapel at night, with light from above. */
export function drawWall(pen: CanvasRenderingContext2D): void {
  pen.translate(-VIEW.width / 2, -VIEW.height / 2);
  pen.fillStyle = '#171533';
  pen.fillRect(0, 0, VIEW.width, VIEW.height);
  for (let row = 0; row * STONE.height < VIEW.height; row++) {
    for (let column = -1; column * STONE.width < VIEW.width; column++) {
      const x = column * STONE.width + (row % 2) * (STONE.width / 2);
      const light = 11 + hashCell(column, row, 5) * 7;
      pen.fillStyle = `hsl(${242 + hashCell(row, column) * 14}, 34%, ${light}%)`;
      pen.fillRect(x + 1, row * STONE.height + 1, STONE.width - 2, STONE.height - 2);
      pen.fillStyle = 'rgba(190, 190, 255, 0.05)';
      pen.fillRect(x + 1, row * STONE.height + 1, STONE.width - 2, 1);
    }
  }
  const glow = pen.createRadialGradient(500, 60, 20, 500, 60, 460);
  glow.addColorStop(0, 'rgba(255, 190, 120, 0.26)');
  glow.addColorStop(0.5, 'rgba(120, 90, 220, 0.12)');
  glow.addColorStop(1, 'rgba(8, 8, 30, 0.55)');
  pen.fillStyle = glow;
  pen.fillRect(0, 0, VIEW.width, VIEW.height);
}

/** The board's frame of lead and wood, and the cells in it. */
export function drawBoard(pen: CanvasRenderingContext2D): void {
  const { width, height, cell } = BOARD;
  const margin = 6;
  pen.translate(-width / 2, -height / 2);
  box(pen, -margin, -margin, width + 2 * margin, height + 2 * margin, 8, '#0e0c22');
  box(pen, -margin + 2, -margin + 2, width + 2 * margin - 4, height + 2 * margin - 4, 6, '#4a3f78');
  box(pen, -2, -2, width + 4, height + 4, 4, '#100e26');
  for (let y = 0; y * cell < height; y++)
    for (let x = 0; x * cell < width; x++) {
      const odd = (x + y) % 2 === 1;
      box(pen, x * cell + 1, y * cell + 1, cell - 2, cell - 2, 6, odd ? '#262250' : '#2c2860');
      pen.fillStyle = 'rgba(255, 255, 255, 0.04)';
      pen.fillRect(x * cell + 5, y * cell + 2, cell - 10, 2);
    }
}

/** What the figures stand on. */
export function drawPanel(pen: CanvasRenderingContext2D): void {
  pen.translate(-PANEL.width / 2, -PANEL.height / 2);
  box(pen, 0, 0, PANEL.width, PANEL.height, 8, 'rgba(12, 10, 32, 0.72)');
  pen.strokeStyle = '#4a3f78';
  pen.lineWidth = 2;
  pen.beginPath();
  pen.roundRect(1, 1, PANEL.width - 2, PANEL.height - 2, 8);
  pen.stroke();
}

export function box(
  pen: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  corner: number,
  fill: string,
): void {
  pen.beginPath();
  pen.roundRect(x, y, width, height, corner);
  pen.fillStyle = fill;
  pen.fill();
}
