/** A camera as `PinholeCamera` of `@sgaps/client/view` has it. */
export interface WallCamera {
  readonly width: number;
  readonly height: number;
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
  readonly view: ArrayLike<number>;
}

/** Distances of the wall and of the board before it, from the world's origin along z. */
const WALL_Z = 6;
const BOARD_Z = 3.5;
/** The board reaches from −1.6 to −0.6 in x, and from −1 to 1 in y. */
const SKY = [20, 30, 60];
const BOARD = { left: -1.6, right: -0.6, top: -1, bottom: 1 };

export interface WallPicture {
  /** 3·W·H bytes. */
  readonly colour: Uint8Array;
  /** W·H; +∞ above and beside the wall. */
  readonly depth: Float32Array;
}

/**
 * What a camera sees of a textured wall at z = 6, twenty units wide and ten high, and a board before it: right to the pixel, in a world whose y points down.
 */
export function castWall({ width, height, fx, fy, cx, cy, view }: WallCamera): WallPicture {
  const colour = new Uint8Array(3 * width * height);
  const depth = new Float32Array(width * height);
  const v = view;
  // Where the camera is: −Rᵀ t.
  const eyeX = -(v[0] * v[12] + v[1] * v[13] + v[2] * v[14]);
  const eyeY = -(v[4] * v[12] + v[5] * v[13] + v[6] * v[14]);
  const eyeZ = -(v[8] * v[12] + v[9] * v[13] + v[10] * v[14]);
  for (let row = 0, i = 0; row < height; row++) {
    const down = (row + 0.5 - cy) / fy;
    for (let column = 0; column < width; column++, i++) {
      const right = (column + 0.5 - cx) / fx;
      // A step along the camera's axis, in the world.
      const x = v[0] * right + v[1] * down + v[2];
      const y = v[4] * right + v[5] * down + v[6];
      const z = v[8] * right + v[9] * down + v[10];
      const board = (BOARD_Z - eyeZ) / z;
      const wall = (WALL_Z - eyeZ) / z;
      if (board > 0 && isOnBoard(eyeX + board * x, eyeY + board * y)) {
        depth[i] = board;
        paint(colour, 3 * i, eyeX + board * x, eyeY + board * y, true);
      } else if (wall > 0 && Math.abs(eyeX + wall * x) <= 10 && Math.abs(eyeY + wall * y) <= 5) {
        depth[i] = wall;
        paint(colour, 3 * i, eyeX + wall * x, eyeY + wall * y, false);
      } else {
        depth[i] = Number.POSITIVE_INFINITY;
        for (let k = 0; k < 3; k++) colour[3 * i + k] = SKY[k];
      }
    }
  }
  return { colour, depth };
}

function isOnBoard(x: number, y: number): boolean {
  return x >= BOARD.left && x <= BOARD.right && y >= BOARD.top && y <= BOARD.bottom;
}

export interface SoftPicture extends WallPicture {
  /** W·H, 0 … 1. */
  readonly alpha: Float32Array;
}

/** Of one colour where it covers all. */
export const SOFT = [200, 100, 40] as const;

/** The board alone, which covers nothing at its left edge and all from its middle on, with colours over black. */
export function castSoft(camera: WallCamera): SoftPicture {
  const { colour, depth } = castWall(camera);
  const { width, fx, cx, view: v } = camera;
  const alpha = new Float32Array(depth.length);
  for (let i = 0; i < depth.length; i++) {
    const [z, x] = [depth[i], ((i % width) + 0.5 - cx) / fx];
    const y = (Math.floor(i / width) + 0.5 - camera.cy) / camera.fy;
    // To the world and its x: Rᵀ (p − t).
    const [a, b, c] = [x * z - v[12], y * z - v[13], z - v[14]];
    const [atX, atZ] = [v[0] * a + v[1] * b + v[2] * c, v[8] * a + v[9] * b + v[10] * c];
    const isBoard = Math.abs(atZ - BOARD_Z) < 0.01;
    alpha[i] = isBoard ? Math.max(0, Math.min(1, (2 * (atX - BOARD.left)) / (BOARD.right - BOARD.left))) : 0;
    if (alpha[i] === 0) depth[i] = Number.POSITIVE_INFINITY;
    for (let k = 0; k < 3; k++) colour[3 * i + k] = alpha[i] * SOFT[k] + 0.5;
  }
  return { colour, depth, alpha };
}

/** Waves and a grid, blue on the wall and without blue on the board. */
function paint(colour: Uint8Array, to: number, u: number, v: number, isBoard: boolean): void {
  const lines = Math.abs(u - Math.round(u)) < 0.06 || Math.abs(v - Math.round(v)) < 0.06 ? 50 : 0;
  colour[to] = 100 + 60 * Math.sin(2.1 * u) + lines;
  colour[to + 1] = 100 + 60 * Math.sin(1.7 * v + u) + lines;
  colour[to + 2] = isBoard ? 0 : 170 + 30 * Math.cos(1.3 * u - 2 * v);
}
