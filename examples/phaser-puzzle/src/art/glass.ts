import { css, GLASS } from './colours.js';

type Point = readonly [number, number];

/** Where the light comes from. */
const LIGHT = Math.atan2(-0.8, -0.5);
const LEAD = '#14122b';

/** Corners of each colour's shape, so that colours can be told apart by those who do not see them. */
const SHAPES: readonly (readonly Point[])[] = [
  round(6, 17.5, 0),
  round(14, 17, 0),
  cut(15, 5),
  round(4, 18.5, 0),
  triangle(),
  star(),
];

/** A cut glass of the given colour around (0, 0), 38 pixels wide. */
export function drawGlass(pen: CanvasRenderingContext2D, kind: number): void {
  const points = SHAPES[kind];
  const colour = GLASS[kind];
  trace(pen, points, 1);
  pen.fillStyle = LEAD;
  pen.fill();
  pen.lineWidth = 4;
  pen.lineJoin = 'round';
  pen.strokeStyle = LEAD;
  pen.stroke();
  points.forEach((point, i) => {
    const next = points[(i + 1) % points.length];
    const angle = Math.atan2(point[1] + next[1], point[0] + next[0]);
    facet(pen, point, next, css(colour, 0.42 * Math.cos(angle - LIGHT) - 0.12));
  });
  const heart = pen.createLinearGradient(-6, -9, 6, 10);
  heart.addColorStop(0, css(colour, 0.5));
  heart.addColorStop(1, css(colour, -0.12));
  trace(pen, points, 0.56);
  pen.fillStyle = heart;
  pen.fill();
  pen.lineWidth = 1;
  pen.strokeStyle = css(colour, 0.55, 0.5);
  pen.stroke();
  pen.beginPath();
  pen.ellipse(-5, -7, 3.2, 1.7, -0.6, 0, Math.PI * 2);
  pen.fillStyle = 'rgba(255, 255, 255, 0.85)';
  pen.fill();
}

/** The sign of a power on top of a glass: a row, a column, a burst. */
export function drawPower(pen: CanvasRenderingContext2D, frame: number): void {
  pen.lineCap = 'round';
  for (const [width, colour] of [
    [6, LEAD],
    [3, '#fff6dc'],
  ] as const) {
    pen.lineWidth = width;
    pen.strokeStyle = colour;
    pen.beginPath();
    if (frame === 2) for (let i = 0; i < 4; i++) line(pen, (i * Math.PI) / 4, 11);
    else {
      const angle = frame === 0 ? 0 : Math.PI / 2;
      line(pen, angle, 13);
      for (const end of [-1, 1]) {
        const [x, y] = [Math.cos(angle) * 13 * end, Math.sin(angle) * 13 * end];
        for (const side of [2.4, -2.4]) {
          pen.moveTo(x, y);
          pen.lineTo(x + 6 * end * Math.cos(angle + side), y + 6 * end * Math.sin(angle + side));
        }
      }
    }
    pen.stroke();
  }
}

/** A splinter, in white to be tinted. */
export function drawShard(pen: CanvasRenderingContext2D, frame: number): void {
  trace(pen, round(3, 6, frame * 0.9), 1);
  pen.fillStyle = '#ffffff';
  pen.fill();
  trace(pen, round(3, 6, frame * 0.9), 0.5);
  pen.fillStyle = 'rgba(160, 165, 200, 0.8)';
  pen.fill();
}

function line(pen: CanvasRenderingContext2D, angle: number, length: number): void {
  pen.moveTo(-Math.cos(angle) * length, -Math.sin(angle) * length);
  pen.lineTo(Math.cos(angle) * length, Math.sin(angle) * length);
}

/** The rim between two corners and the smaller shape within. */
function facet(pen: CanvasRenderingContext2D, [ax, ay]: Point, [bx, by]: Point, fill: string): void {
  pen.beginPath();
  pen.moveTo(ax, ay);
  pen.lineTo(bx, by);
  pen.lineTo(bx * 0.5, by * 0.5);
  pen.lineTo(ax * 0.5, ay * 0.5);
  pen.closePath();
  pen.fillStyle = fill;
  pen.fill();
}

function trace(pen: CanvasRenderingContext2D, points: readonly Point[], scale: number): void {
  pen.beginPath();
  for (const [x, y] of points) pen.lineTo(x * scale, y * scale);
  pen.closePath();
}

function round(corners: number, radius: number, turn: number): Point[] {
  return Array.from({ length: corners }, (_, i): Point => {
    const angle = turn + (i / corners) * Math.PI * 2;
    return [Math.cos(angle) * radius, Math.sin(angle) * radius];
  });
}

/** A square with its corners cut off. */
function cut(half: number, corner: number): Point[] {
  const inner = half - corner;
  const side: Point[] = [
    [-inner, -half],
    [inner, -half],
  ];
  return [0, 1, 2, 3].flatMap((quarter) =>
    side.map(([x, y]): Point => {
      const [c, s] = [Math.cos((quarter * Math.PI) / 2), Math.sin((quarter * Math.PI) / 2)];
      return [x * c - y * s, x * s + y * c];
    }),
  );
}

function triangle(): Point[] {
  return [
    [-3, -17],
    [3, -17],
    [18, 10],
    [15, 15],
    [-15, 15],
    [-18, 10],
  ];
}

function star(): Point[] {
  return Array.from({ length: 10 }, (_, i): Point => {
    const angle = -Math.PI / 2 + (i / 10) * Math.PI * 2;
    const radius = i % 2 ? 11 : 18.5;
    return [Math.cos(angle) * radius, Math.sin(angle) * radius + 1];
  });
}
