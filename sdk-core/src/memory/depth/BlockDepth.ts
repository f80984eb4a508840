import { codeToDepth, NO_DEPTH } from '@sgaps/protocol';

/** Samples of a plane may miss it by this share. */
const FLAT = 0.03;
/** A pixel's way counts as this many colour steps. */
const WAY = 6;

/**
 * Nearness of a depth code, 0 where nothing was drawn, −1 where no depth was read.
 *
 * @example
 * ```ts
 * const q = nearnessOf(values.depth[i]);
 * ```
 */
export function nearnessOf(code: number): number {
  if (code === 0) return 0;
  if (code === NO_DEPTH) return -1;
  const z = codeToDepth(code);
  return z > 0 ? 1 / z : -1;
}

/**
 * Nearness of all pixels of a block of samples from the few that carry one: a plane through them where they lie on one, else
 * each pixel has that of the sample most like it.
 *
 * @example
 * ```ts
 * block.add(u, v, nearnessOf(code), colour);
 * block.fit();
 * const q = block.at(u, v, colour);
 * ```
 */
export class BlockDepth {
  /** Samples with depth. */
  count = 0;
  /** The samples lie on one plane. */
  flat = false;
  /** The field was made to know the block's depth. */
  estimated = false;
  private readonly u = new Float64Array(64);
  private readonly v = new Float64Array(64);
  private readonly q = new Float64Array(64);
  private readonly colour = new Int32Array(64);
  private a = 0;
  private b = 0;
  private c = 0;
  private readonly mid = { u: 0, v: 0 };

  /** Starts a block. */
  clear(): void {
    this.count = 0;
    this.flat = false;
    this.estimated = false;
  }

  /** Adds a sample of nearness `q` and this colour, red highest; those beyond 64 are passed over. */
  add(u: number, v: number, q: number, colour: number): void {
    if (this.count === 64) return;
    this.u[this.count] = u;
    this.v[this.count] = v;
    this.q[this.count] = q;
    this.colour[this.count++] = colour;
  }

  /** Looks for the plane through what was added. */
  fit(): void {
    const { count, u, v, q, mid } = this;
    if (count < 3) return;
    let su = 0;
    let sv = 0;
    let sq = 0;
    for (let k = 0; k < count; k++) {
      su += u[k];
      sv += v[k];
      sq += q[k];
    }
    mid.u = su / count;
    mid.v = sv / count;
    const mean = sq / count;
    let uu = 0;
    let vv = 0;
    let uv = 0;
    let uq = 0;
    let vq = 0;
    for (let k = 0; k < count; k++) {
      const du = u[k] - mid.u;
      const dv = v[k] - mid.v;
      const dq = q[k] - mean;
      uu += du * du;
      vv += dv * dv;
      uv += du * dv;
      uq += du * dq;
      vq += dv * dq;
    }
    const det = uu * vv - uv * uv;
    if (det < 1e-6) return;
    this.a = (uq * vv - vq * uv) / det;
    this.b = (vq * uu - uq * uv) / det;
    this.c = mean;
    for (let k = 0; k < count; k++) if (Math.abs(this.on(u[k], v[k]) - q[k]) > FLAT * q[k]) return;
    this.flat = true;
  }

  /** Nearness of a pixel of the block: on its plane, else that of the sample most like it; −1 when nothing is known. */
  at(u: number, v: number, colour: number): number {
    return this.flat ? this.plane(u, v) : this.like(u, v, colour);
  }

  /** Nearness of a pixel of a flat block. */
  plane(u: number, v: number): number {
    const q = this.on(u, v);
    return q > 0 ? q : 0;
  }

  /** Nearness of the sample most like a pixel; −1 when there are none. */
  like(u: number, v: number, colour: number): number {
    const r = colour >> 16;
    const g = (colour >> 8) & 255;
    const b = colour & 255;
    let best = Number.POSITIVE_INFINITY;
    let q = -1;
    for (let k = 0; k < this.count; k++) {
      const c = this.colour[k];
      const far = Math.abs(u - this.u[k]) + Math.abs(v - this.v[k]);
      const cost = WAY * far + Math.abs((c >> 16) - r) + Math.abs(((c >> 8) & 255) - g) + Math.abs((c & 255) - b);
      if (cost >= best) continue;
      best = cost;
      q = this.q[k];
    }
    return q;
  }

  private on(u: number, v: number): number {
    return this.a * (u - this.mid.u) + this.b * (v - this.mid.v) + this.c;
  }
}
