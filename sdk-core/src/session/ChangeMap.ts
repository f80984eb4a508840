import { BLOCK_KIND, BLOCK_SAMPLES, BLOCK_SIDE, type CaptureGrid, type FrameState, type PixelFrame } from '@sgaps/protocol';

/** Frames counted. */
const MOST = 255;
/** A cell is calm that has not changed for so many frames. */
export const CALM = 12;
/** More than this share of the calm cells that were looked at changed, and at least so many: the whole picture is in motion. */
const SURPRISED = 0.05;
const SURPRISES = 6;

/**
 * For how many frames each 8×8 cell of the screen has been seen unchanged (S11): a look that finds the colours that were sent last
 * leaves it calm, any other look and every move of a camera starts anew.
 *
 * @example
 * ```ts
 * changes.take(frame);
 * const still = changes.calm[y * changes.columns + x] >= CALM;
 * ```
 */
export class ChangeMap {
  readonly columns: number;
  readonly rows: number;
  /** Frames since each cell was last seen to change, 0 … 255. */
  readonly calm: Uint8Array;
  /** Another number whenever `calm` may have changed. */
  version = 0;
  private last: FrameState | null = null;
  /** Calm cells looked at in the frame at hand, and those of them that changed. */
  private looked = 0;
  private surprises = 0;

  constructor(private readonly grid: CaptureGrid) {
    this.columns = Math.ceil(grid.width / BLOCK_SIDE);
    this.rows = Math.ceil(grid.height / BLOCK_SIDE);
    this.calm = new Uint8Array(this.columns * this.rows);
  }

  /** Forgets: everything may change. */
  clear(): void {
    this.calm.fill(0);
    this.last = null;
    this.version++;
  }

  /** Takes in a frame; frames without word of what changed count as changed where they were looked at. */
  take({ samples, values, state }: PixelFrame): void {
    const { unchanged } = values;
    this.begin(moved(this.last, state));
    this.last = state;
    for (let i = 0; i < samples.count; i++) {
      const kind = samples.kind[i];
      const size = kind >= BLOCK_KIND ? BLOCK_SAMPLES : 1;
      let changed = unchanged === undefined;
      for (let j = i; j < i + size && !changed; j++) changed = unchanged?.[j] === 0;
      this.look(samples.u[i], samples.v[i], kind === BLOCK_KIND ? BLOCK_SIDE : 1, changed);
      i += size - 1;
    }
    this.end();
  }

  /** A frame begins whose camera moved, or did not; `look` tells of each look at it, then `end`. */
  begin(cameraMoved: boolean): void {
    const { calm } = this;
    this.version++;
    if (cameraMoved) calm.fill(0);
    else for (let cell = 0; cell < calm.length; cell++) if (calm[cell] < MOST) calm[cell]++;
    this.looked = 0;
    this.surprises = 0;
  }

  /** A square of `side` pixels was looked at, and had changed or not. */
  look(u: number, v: number, side: number, changed: boolean): void {
    const was = changed ? this.touch(u, v, side) : this.calmAt(u, v);
    if (was < CALM) return;
    this.looked++;
    if (changed) this.surprises++;
  }

  /** The frame is taken in: where many calm cells changed, all may. */
  end(): void {
    if (this.surprises >= SURPRISES && this.surprises > SURPRISED * this.looked) this.calm.fill(0);
  }

  private calmAt(u: number, v: number): number {
    return this.calm[(v >> 3) * this.columns + (u >> 3)];
  }

  /** The cells under a changed square; returns how calm the first was. */
  private touch(u: number, v: number, side: number): number {
    const { calm, columns } = this;
    const right = Math.min(this.grid.width - 1, u + side - 1) >> 3;
    const bottom = Math.min(this.grid.height - 1, v + side - 1) >> 3;
    const was = this.calmAt(u, v);
    for (let y = v >> 3; y <= bottom; y++) for (let x = u >> 3; x <= right; x++) calm[y * columns + x] = 0;
    return was;
  }
}

/** True where a camera is not where it was. */
function moved(before: FrameState | null, now: FrameState): boolean {
  if (before === null || before.cameras3d.length !== now.cameras3d.length) return true;
  const a = before.cameras[0];
  const b = now.cameras[0];
  if (Math.round(a?.viewX ?? 0) !== Math.round(b?.viewX ?? 0) || Math.round(a?.viewY ?? 0) !== Math.round(b?.viewY ?? 0))
    return true;
  for (let k = 0; k < now.cameras3d.length; k++) {
    const { view, projection } = now.cameras3d[k];
    const old = before.cameras3d[k];
    for (let i = 0; i < 16; i++) if (view[i] !== old.view[i] || projection[i] !== old.projection[i]) return true;
  }
  return false;
}
