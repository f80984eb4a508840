import type { ScrollLayer } from './ScrollLayer.js';
import { SIDE } from './WindowColours.js';

/**
 * Where the cells of a scroll layer lie that a window of up to 8×8 pixels shows: what is the same for a whole row or column is
 * found once. The cell at the top left of pixel (x, y) of the window is `rows[y] + columns[x]`.
 *
 * @example
 * ```ts
 * const cells = new WindowCells();
 * cells.open(layer, 16, 24, 8, 8);
 * const nearest = cells.rows[2 + cells.nearY] + cells.columns[5 + cells.nearX];
 * ```
 */
export class WindowCells {
  /** One more than pixels, for the neighbours right of and below the last. */
  readonly columns = new Int32Array(SIDE + 1);
  readonly rows = new Int32Array(SIDE + 1);
  /** The same for the 8×8 blocks of the ring that the cells lie in. */
  readonly blockColumns = new Int32Array(SIDE + 1);
  readonly blockRows = new Int32Array(SIDE + 1);
  /** Pixels lie on cells. */
  whole = true;
  /** 1 where a pixel lies between two columns (rows) of cells. */
  stepX = 0;
  stepY = 0;
  /** 1 where the second of them is the nearer one. */
  nearX = 0;
  nearY = 0;
  /** Bilinear weights of the four cells around a pixel: top left, top right, bottom left, bottom right. */
  readonly weights = new Float64Array(4);
  /** What each of them takes of an innovation. */
  readonly shares = new Float64Array(4);

  /** Turns to the pixels from (u, v) on. Makes room where the layer's ring holds another place. */
  open(layer: ScrollLayer, u: number, v: number, columns: number, rows: number): void {
    const { ring, fractionX: fx, fractionY: fy } = layer;
    const { maskX, maskY } = ring;
    const x = u + layer.wholeX;
    const y = v + layer.wholeY;
    for (let j = 0; j <= rows; j += rows) for (let i = 0; i <= columns; i += columns) ring.ownCell(x + i, y + j);
    for (let i = 0; i <= columns; i++) {
      const at = (x + i) & maskX;
      this.columns[i] = at;
      this.blockColumns[i] = at >> 3;
    }
    for (let j = 0; j <= rows; j++) {
      const at = (y + j) & maskY;
      this.rows[j] = at * (maskX + 1);
      this.blockRows[j] = (at >> 3) * ring.blockColumns;
    }
    this.whole = fx === 0 && fy === 0;
    this.stepX = fx > 0 ? 1 : 0;
    this.stepY = fy > 0 ? 1 : 0;
    this.nearX = fx >= 0.5 ? 1 : 0;
    this.nearY = fy >= 0.5 ? 1 : 0;
    if (!this.whole) this.weigh(fx, fy);
  }

  private weigh(fx: number, fy: number): void {
    const { weights, shares } = this;
    weights[0] = (1 - fx) * (1 - fy);
    weights[1] = fx * (1 - fy);
    weights[2] = (1 - fx) * fy;
    weights[3] = fx * fy;
    const squares = (fx * fx + (1 - fx) * (1 - fx)) * (fy * fy + (1 - fy) * (1 - fy));
    for (let w = 0; w < 4; w++) shares[w] = Math.min(1, weights[w] / squares);
  }
}
