import type { SplatCamera } from '../camera/SplatCamera.js';
import type { Surfels } from './Surfels.js';

const NEAR = 0.02;
/** A disc is never larger on the picture, pixels. */
const MOST_PIXELS = 24;
/** Discs seen from the side more than this are lines: cosine. */
const GRAZING = 0.02;

/** Draws the depth of discs: exact where they lie on a plane, and sharp at its edges. */
export class SurfelDepth {
  depth = new Float32Array(0);
  /** Which disc each pixel shows, −1 for none. */
  shown = new Int32Array(0);
  private closed = new Uint8Array(0);

  /** Draws all discs. */
  draw(surfels: Surfels, camera: SplatCamera): void {
    const { width, height } = camera;
    if (this.depth.length !== width * height) {
      this.depth = new Float32Array(width * height);
      this.shown = new Int32Array(width * height);
      this.closed = new Uint8Array(width * height);
    }
    this.depth.fill(Number.POSITIVE_INFINITY);
    this.shown.fill(-1);
    this.closed.fill(0);
    this.paint(surfels, camera, 1);
  }

  /** Draws them so many times larger where `wanted` is not 0 and nothing was drawn before. */
  fill(surfels: Surfels, camera: SplatCamera, wanted: Uint8Array, larger: number): void {
    for (let at = 0; at < this.closed.length; at++) this.closed[at] = wanted[at] !== 0 && this.shown[at] < 0 ? 0 : 1;
    this.paint(surfels, camera, larger);
  }

  private paint({ count, positions, normals, radii }: Surfels, camera: SplatCamera, larger: number): void {
    const { width, height, fx, fy, cx, cy, view } = camera;
    const { depth, shown, closed } = this;
    for (let i = 0, p = 0; i < count; i++, p += 3) {
      const px = positions[p];
      const py = positions[p + 1];
      const pz = positions[p + 2];
      const z = view[2] * px + view[6] * py + view[10] * pz + view[14];
      if (!(z > NEAR)) continue;
      const x = view[0] * px + view[4] * py + view[8] * pz + view[12];
      const y = view[1] * px + view[5] * py + view[9] * pz + view[13];
      const u = (fx * x) / z + cx;
      const v = (fy * y) / z + cy;
      const radius = larger * radii[i];
      const reachU = Math.min(MOST_PIXELS, 0.5 + (radius * fx) / z);
      const reachV = Math.min(MOST_PIXELS, 0.5 + (radius * fy) / z);
      if (!(u + reachU >= 0 && u - reachU < width && v + reachV >= 0 && v - reachV < height)) continue;
      const nx = normals[p];
      const ny = normals[p + 1];
      const nz = normals[p + 2];
      const a = view[0] * nx + view[4] * ny + view[8] * nz;
      const b = view[1] * nx + view[5] * ny + view[9] * nz;
      const c = view[2] * nx + view[6] * ny + view[10] * nz;
      const plane = a * x + b * y + c * z;
      const squared = radius * radius;
      const left = Math.max(0, Math.ceil(u - reachU - 0.5));
      const right = Math.min(width - 1, Math.floor(u + reachU - 0.5));
      const top = Math.max(0, Math.ceil(v - reachV - 0.5));
      const bottom = Math.min(height - 1, Math.floor(v + reachV - 0.5));
      for (let row = top; row <= bottom; row++) {
        const dy = (row + 0.5 - cy) / fy;
        for (let column = left; column <= right; column++) {
          const dx = (column + 0.5 - cx) / fx;
          const facing = a * dx + b * dy + c;
          if (Math.abs(facing) < GRAZING) continue;
          const at = plane / facing;
          const offX = at * dx - x;
          const offY = at * dy - y;
          const offZ = at - z;
          if (offX * offX + offY * offY + offZ * offZ > squared) continue;
          const to = row * width + column;
          if (at >= depth[to] || at <= NEAR || closed[to] !== 0) continue;
          depth[to] = at;
          shown[to] = i;
        }
      }
    }
  }
}
