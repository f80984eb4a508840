import type { CaptureGrid } from '@sgaps/protocol';
import { BLOCK, type BlockGrid } from './BlockGrid.js';
import { BlockMatcher } from './BlockMatcher.js';

/** Mean absolute luma difference from where the camera's motion puts it, above which a block is not explained by it. */
const UNEXPLAINED = 2;
/** Pixels compared of a block. */
const COMPARED = (BLOCK * BLOCK) / 2;
/** A motion is believed if it leaves less than this of the difference. */
const EXPLAINS = 0.5;
/** Blocks whose motion is searched in a frame at most, about, the most changed ones. */
const MOST_SEARCHED = 72;
/** Levels by which the most changed are told, in mean absolute differences of one step. */
const LEVELS = 64;
/** A motion this near to whole pixels is one of whole pixels. */
const NEAR = 0.1;
/** A jump of the camera further than this is a cut, grid pixels. */
const JUMP = 40;

/**
 * What became of a block: as the camera explains, moved on its own, or changed where it is.
 *
 * @example
 * ```ts
 * if (trajectories.motion[b] === Motion.moves) follow(b);
 * ```
 */
export const Motion = { explained: 0, moves: 1, changes: 2 } as const;

/**
 * Where to look in a frame to come: blocks and the squared error expected there.
 *
 * @example
 * ```ts
 * for (let i = 0; i < places.count; i++) look(places.block[i], places.error[i]);
 * ```
 */
export interface ExpectedPlaces {
  count: number;
  /** Index of each block in the grid asked about. */
  readonly block: Uint16Array;
  /** Squared error per pixel, 8-bit steps². */
  readonly error: Float32Array;
}

/**
 * Follows what moves without the game's word (S12): particles, lines, text. Flow is estimated per 8×8 block from successive
 * rebuilt pictures, less what the camera's motion explains, and carried on to the frame asked about: where the moving content
 * will arrive, what it leaves behind, and an importance map moved along. Needs pictures: with none made it knows nothing.
 *
 * @example
 * ```ts
 * const trajectories = new PixelTrajectoryPredictor(grid);
 * trajectories.observe(decoded.rgb, decoded.frameId, -cameraStepX, -cameraStepY);
 * trajectories.expect(2, analyzer.blocks, motionError);
 * ```
 */
export class PixelTrajectoryPredictor {
  /** Blocks a row and rows, screen-locked. */
  readonly columns: number;
  readonly rows: number;
  /** Motion on the screen of each block, grid pixels a frame. */
  readonly flowU: Float32Array;
  readonly flowV: Float32Array;
  /** `Motion` of each block. */
  readonly motion: Uint8Array;
  /** Mean squared luma difference that the camera's motion leaves, 8-bit steps². */
  readonly energy: Float32Array;
  private now: Uint8Array;
  private before: Uint8Array;
  private frame = -1;
  private readonly matcher: BlockMatcher;
  private readonly changed: Float32Array;
  private readonly levels = new Int32Array(LEVELS);
  private cameraU = 0;
  private cameraV = 0;

  constructor(private readonly grid: CaptureGrid) {
    this.columns = Math.ceil(grid.width / BLOCK);
    this.rows = Math.ceil(grid.height / BLOCK);
    const blocks = this.columns * this.rows;
    this.flowU = new Float32Array(blocks);
    this.flowV = new Float32Array(blocks);
    this.motion = new Uint8Array(blocks);
    this.energy = new Float32Array(blocks);
    this.changed = new Float32Array(blocks);
    this.now = new Uint8Array(grid.width * grid.height);
    this.before = new Uint8Array(grid.width * grid.height);
    this.matcher = new BlockMatcher(grid);
  }

  /** Takes a rebuilt picture in. `cameraU`, `cameraV`: how far what stands still in the world has moved on the screen since the picture before. */
  observe(rgb: Uint8ClampedArray, frameId: number, cameraU = 0, cameraV = 0): void {
    const swap = this.before;
    this.before = this.now;
    this.now = swap;
    toLuma(rgb, this.now);
    const frames = frameId - this.frame;
    const known = this.frame >= 0 && frames >= 1 && frames <= 4 && Math.abs(cameraU) < JUMP && Math.abs(cameraV) < JUMP;
    this.frame = frameId;
    if (!known) return this.clear();
    this.cameraU = cameraU / frames;
    this.cameraV = cameraV / frames;
    this.compare(cameraU, cameraV);
    this.follow(Math.round(cameraU), Math.round(cameraV), frames);
  }

  /** Squared error to expect per block of `blocks` (as locked for that frame), `framesAhead` after the last picture, into `out`. */
  expect(framesAhead: number, blocks: BlockGrid, out: Float32Array): void {
    out.fill(0);
    for (let y = 0, b = 0; y < this.rows; y++) {
      for (let x = 0; x < this.columns; x++, b++) {
        if (this.motion[b] === Motion.explained) continue;
        const u = BLOCK * x + framesAhead * this.flowU[b];
        const v = BLOCK * y + framesAhead * this.flowV[b];
        splat(blocks, u, v, this.energy[b], out);
        // What it leaves behind, where memory still shows it.
        if (this.motion[b] === Motion.moves)
          splat(blocks, BLOCK * x + framesAhead * this.cameraU, BLOCK * y + framesAhead * this.cameraV, this.energy[b], out);
      }
    }
  }

  /** The blocks at which more than `least` is expected, in grid order, into `out`. */
  places(expected: Float32Array, least: number, out: ExpectedPlaces): void {
    out.count = 0;
    for (let b = 0; b < expected.length && out.count < out.block.length; b++) {
      if (!(expected[b] > least)) continue;
      out.block[out.count] = b;
      out.error[out.count++] = expected[b];
    }
  }

  /** Moves a map of the screen's blocks (`columns` × `rows`) along camera and flow, `framesAhead` frames on; the higher value counts where two meet. */
  advect(map: Float32Array, framesAhead: number, out: Float32Array): void {
    const { columns, rows } = this;
    const du = Math.round((framesAhead * this.cameraU) / BLOCK);
    const dv = Math.round((framesAhead * this.cameraV) / BLOCK);
    for (let y = 0, b = 0; y < rows; y++) {
      const from = Math.min(rows - 1, Math.max(0, y - dv)) * columns;
      for (let x = 0; x < columns; x++, b++) out[b] = map[from + Math.min(columns - 1, Math.max(0, x - du))];
    }
    for (let y = 0, b = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++, b++) {
        if (this.motion[b] !== Motion.moves) continue;
        const u = BLOCK * x + framesAhead * this.flowU[b];
        const v = BLOCK * y + framesAhead * this.flowV[b];
        // All blocks that it will touch by more than a pixel.
        for (let j = Math.floor((v + 1) / BLOCK); j <= Math.floor((v + BLOCK - 2) / BLOCK); j++) {
          for (let i = Math.floor((u + 1) / BLOCK); i <= Math.floor((u + BLOCK - 2) / BLOCK); i++) {
            if (i < 0 || j < 0 || i >= columns || j >= rows) continue;
            if (map[b] > out[j * columns + i]) out[j * columns + i] = map[b];
          }
        }
      }
    }
  }

  /** Forgets all motion (scene cut); the last picture is kept. */
  clear(): void {
    this.motion.fill(Motion.explained);
    this.flowU.fill(0);
    this.flowV.fill(0);
    this.energy.fill(0);
    this.cameraU = 0;
    this.cameraV = 0;
  }

  /** Finds the blocks that the camera's motion does not explain: between whole pixels, none of the whole motions around it. */
  private compare(cameraU: number, cameraV: number): void {
    const { now, before, matcher, changed, columns, rows, energy } = this;
    changed.fill(Number.POSITIVE_INFINITY);
    for (let dv = Math.floor(cameraV + NEAR); dv <= Math.ceil(cameraV - NEAR); dv++) {
      for (let du = Math.floor(cameraU + NEAR); du <= Math.ceil(cameraU - NEAR); du++) {
        for (let y = 0, b = 0; y < rows; y++) {
          for (let x = 0; x < columns; x++, b++) {
            if (changed[b] <= UNEXPLAINED) continue;
            const found = matcher.difference(now, before, BLOCK * x, BLOCK * y, du, dv, COMPARED * changed[b]) / COMPARED;
            if (found >= changed[b]) continue;
            changed[b] = found;
            energy[b] = found <= UNEXPLAINED ? 0 : this.squaredDifference(BLOCK * x, BLOCK * y, du, dv);
          }
        }
      }
    }
  }

  /** Searches the motion of what is not explained. */
  private follow(cameraU: number, cameraV: number, frames: number): void {
    const { now, before, matcher, changed, motion, flowU, flowV, columns } = this;
    const least = this.searchLevel();
    for (let b = 0; b < changed.length; b++) {
      const wasU = Math.round(flowU[b] * frames);
      const wasV = Math.round(flowV[b] * frames);
      flowU[b] = this.cameraU;
      flowV[b] = this.cameraV;
      if (changed[b] <= UNEXPLAINED) {
        motion[b] = Motion.explained;
        continue;
      }
      const x = b % columns;
      const u = BLOCK * x;
      const v = (BLOCK * (b - x)) / columns;
      motion[b] = Motion.changes;
      if (changed[b] < least) continue;
      matcher.start(now, before, u, v, cameraU, cameraV);
      matcher.attempt(now, before, u, v, wasU, wasV);
      if (x > 0) matcher.attempt(now, before, u, v, Math.round(flowU[b - 1] * frames), Math.round(flowV[b - 1] * frames));
      if (b >= columns)
        matcher.attempt(now, before, u, v, Math.round(flowU[b - columns] * frames), Math.round(flowV[b - columns] * frames));
      const good = matcher.best < EXPLAINS * COMPARED * changed[b];
      matcher.search(now, before, u, v, good ? 2 : 8);
      if (matcher.best > EXPLAINS * COMPARED * changed[b] || !this.cameFrom(u - matcher.du, v - matcher.dv)) continue;
      motion[b] = Motion.moves;
      flowU[b] = matcher.du / frames;
      flowV[b] = matcher.dv / frames;
    }
  }

  /** Mean absolute difference from which a block is worth a search: no more than `MOST_SEARCHED` of them. */
  private searchLevel(): number {
    const { levels, changed } = this;
    levels.fill(0);
    for (let b = 0; b < changed.length; b++) levels[changed[b] >= LEVELS ? LEVELS - 1 : changed[b] | 0]++;
    let sum = 0;
    let level = LEVELS;
    while (level > 0 && sum + levels[level - 1] <= MOST_SEARCHED) sum += levels[--level];
    return level === LEVELS ? LEVELS - 1 : level;
  }

  /** True if something has left the place: what comes from where nothing has changed is a chance likeness. */
  private cameFrom(u: number, v: number): boolean {
    const { columns, rows, changed } = this;
    for (let j = v >> 3; j <= (v + BLOCK - 1) >> 3; j++) {
      for (let i = u >> 3; i <= (u + BLOCK - 1) >> 3; i++)
        if (i < 0 || j < 0 || i >= columns || j >= rows || changed[j * columns + i] > UNEXPLAINED) return true;
    }
    return false;
  }

  private squaredDifference(u: number, v: number, du: number, dv: number): number {
    const { width, height } = this.grid;
    const { now, before } = this;
    let sum = 0;
    let n = 0;
    for (let j = v; j < Math.min(height, v + BLOCK); j++) {
      const from = Math.min(height - 1, Math.max(0, j - dv)) * width;
      for (let i = u + (j & 1); i < Math.min(width, u + BLOCK); i += 2) {
        const d = now[j * width + i] - before[from + Math.min(width - 1, Math.max(0, i - du))];
        sum += d * d;
        n++;
      }
    }
    return n > 0 ? sum / n : 0;
  }
}

/** Spreads the error of an 8×8 block at (u, v) over the blocks it lies on, by area; the higher value counts. */
function splat(blocks: BlockGrid, u: number, v: number, error: number, out: Float32Array): void {
  const { width, height } = blocks.grid;
  const left = Math.max(0, Math.round(u));
  const top = Math.max(0, Math.round(v));
  const right = Math.min(width, Math.round(u) + BLOCK);
  const bottom = Math.min(height, Math.round(v) + BLOCK);
  if (left >= right || top >= bottom) return;
  const first = blocks.at(left, top);
  const last = blocks.at(right - 1, bottom - 1);
  const x0 = first % blocks.columns;
  const x1 = last % blocks.columns;
  for (let y = (first - x0) / blocks.columns; y <= (last - x1) / blocks.columns; y++) {
    const tall = Math.min(bottom, blocks.top(y + 1)) - Math.max(top, blocks.top(y));
    for (let x = x0; x <= x1; x++) {
      const wide = Math.min(right, blocks.left(x + 1)) - Math.max(left, blocks.left(x));
      const share = (error * wide * tall) / (BLOCK * BLOCK);
      const b = y * blocks.columns + x;
      if (share > out[b]) out[b] = share;
    }
  }
}

function toLuma(rgb: Uint8ClampedArray, out: Uint8Array): void {
  for (let at = 0, p = 0; at < out.length; at++, p += 3) out[at] = (3 * rgb[p] + 4 * rgb[p + 1] + rgb[p + 2]) >> 3;
}
