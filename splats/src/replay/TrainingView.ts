import type { SplatCamera } from '../camera/SplatCamera.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import { depthOrder } from '../reference/depthOrder.js';
import { makeProjectedSplat, NEAR, projectSplat } from '../reference/projectSplat.js';
import { firstPixel, lastPixel } from '../reference/SplatRows.js';

const MOST_ALPHA = 0.99;
const LEAST_ALPHA = 1 / 255;
/** What lies behind counts for nothing here. */
const LEAST_LIGHT = 0.01;
/** What counts less in a pixel learns nothing from it. */
const LEAST_WEIGHT = 2e-3;
/** Standard deviations that a splat is seen of, and pixels that the low-pass adds. */
const SIGMAS = 3.4;
const MARGIN = 3;
/** exp(−x / 2) in steps of 1/64, for x up to where the alpha of the most opaque is 1/255. */
const FALL_STEPS = 64;
const FALL = Float32Array.from({ length: 12 * FALL_STEPS + 2 }, (_, at) => Math.exp(-at / FALL_STEPS / 2));

/** Numbers of a splat in a row: its place, conic, reach, curve, opacity. */
const ROW = 8;

/**
 * What a cloud's splats do to one picture: blends them as the reference renderer does, and tells how much each counts in each pixel. Colours are the caller's, so that they
 * may change without anything being projected again.
 */
export class TrainingView {
  private rows = new Float64Array(0);
  private splats = new Int32Array(0);
  private depths = new Float64Array(0);
  private boxes = new Int32Array(0);
  private order: Uint32Array = new Uint32Array(0);
  private count = 0;
  private light = new Float32Array(0);
  private marks = 0;
  private markSplats = new Int32Array(1 << 16);
  private markPixels = new Int32Array(1 << 16);
  private markWeights = new Float32Array(1 << 16);
  private width = 0;
  private height = 0;
  /** 3·W·H: the picture blended last, over black. */
  picture = new Float32Array(0);
  private readonly splat = makeProjectedSplat();

  /** Goes to a camera that shows nothing nearer than so far. */
  look(cloud: SplatCloud, camera: SplatCamera, least: number): void {
    const near = Math.max(NEAR, least);
    const { width, height, fx, fy, cx, cy, view } = camera;
    const { positions, scales } = cloud;
    this.size(cloud.count, width, height);
    this.count = 0;
    for (let i = 0, p = 0; i < cloud.count; i++, p += 3) {
      const x = positions[p];
      const y = positions[p + 1];
      const z = positions[p + 2];
      const depth = view[2] * x + view[6] * y + view[10] * z + view[14];
      if (!(depth >= near)) continue;
      const reach = (SIGMAS * Math.max(scales[p], scales[p + 1], scales[p + 2])) / depth;
      const u = (fx * (view[0] * x + view[4] * y + view[8] * z + view[12])) / depth + cx;
      const v = (fy * (view[1] * x + view[5] * y + view[9] * z + view[13])) / depth + cy;
      // Near the camera the projection's derivative tells little: those are looked at closely.
      const slack = depth < 4 * reach * depth ? width : MARGIN;
      if (u < -reach * fx - slack || u > width + reach * fx + slack || v < -reach * fy - slack || v > height + reach * fy + slack)
        continue;
      this.place(cloud, camera, i);
    }
    this.order = depthOrder(this.depths.subarray(0, this.count));
  }

  private place(cloud: SplatCloud, camera: SplatCamera, index: number): void {
    const { splat, rows, boxes } = this;
    if (!(255 * cloud.opacities[index] >= 1) || !projectSplat(cloud, index, camera, splat, NEAR)) return;
    const left = Math.max(0, firstPixel(splat.u - splat.halfWidth));
    const right = Math.min(this.width - 1, lastPixel(splat.u + splat.halfWidth));
    const top = Math.max(0, firstPixel(splat.v - splat.halfHeight));
    const bottom = Math.min(this.height - 1, lastPixel(splat.v + splat.halfHeight));
    if (left > right || top > bottom) return;
    const row = this.count++;
    this.splats[row] = index;
    this.depths[row] = splat.depth;
    boxes[4 * row] = left;
    boxes[4 * row + 1] = right;
    boxes[4 * row + 2] = top;
    boxes[4 * row + 3] = bottom;
    const at = ROW * row;
    rows[at] = splat.u;
    rows[at + 1] = splat.v;
    rows[at + 2] = splat.a;
    rows[at + 3] = splat.b;
    rows[at + 4] = splat.c;
    rows[at + 5] = 2 * Math.log(255 * splat.opacity);
    rows[at + 6] = 1 / splat.determinant;
    rows[at + 7] = splat.opacity;
  }

  /** Blends colours, 3 for each splat of the cloud, into `picture`, and remembers how much each splat counted where. */
  blend(colours: Float32Array): void {
    const { rows, order, boxes, splats, light, picture, width } = this;
    picture.fill(0);
    light.fill(1);
    this.marks = 0;
    for (let rank = 0; rank < this.count; rank++) {
      const row = order[rank];
      const at = ROW * row;
      const splat = splats[row];
      const u = rows[at];
      const v = rows[at + 1];
      const a = rows[at + 2];
      const b = rows[at + 3];
      const c = rows[at + 4];
      const opacity = rows[at + 7];
      const red = colours[3 * splat];
      const green = colours[3 * splat + 1];
      const blue = colours[3 * splat + 2];
      const [left, right, last] = [boxes[4 * row], boxes[4 * row + 1], boxes[4 * row + 3]];
      for (let y = boxes[4 * row + 2]; y <= last; y++) {
        const dy = y + 0.5 - v;
        const half = Math.sqrt(Math.max(0, a * rows[at + 5] - dy * dy * rows[at + 6])) / a;
        const middle = u - (b * dy) / a;
        const from = Math.max(left, Math.ceil(middle - half - 0.5));
        const to = Math.min(right, Math.floor(middle + half - 0.5));
        for (let x = from, pixel = y * width + from; x <= to; x++, pixel++) {
          const through = light[pixel];
          if (through < LEAST_LIGHT) continue;
          const dx = x + 0.5 - u;
          const form = FALL_STEPS * (a * dx * dx + 2 * b * dx * dy + c * dy * dy);
          const step = form | 0;
          if (step < 0 || step >= FALL.length - 1) continue;
          const fall = FALL[step] + (form - step) * (FALL[step + 1] - FALL[step]);
          const alpha = Math.min(MOST_ALPHA, opacity * fall);
          if (alpha < LEAST_ALPHA) continue;
          const weight = through * alpha;
          light[pixel] = through - weight;
          picture[3 * pixel] += weight * red;
          picture[3 * pixel + 1] += weight * green;
          picture[3 * pixel + 2] += weight * blue;
          if (weight > LEAST_WEIGHT) this.mark(splat, pixel, weight);
        }
      }
    }
  }

  /** Adds to each splat what its pixels missed in the picture blended last, weighted as it counted in them. `misses`: 3·W·H; `trust`: W·H. */
  gather(misses: Float32Array, trust: Float32Array, sums: Float32Array, weights: Float32Array): void {
    const { markSplats, markPixels, markWeights, marks } = this;
    for (let mark = 0; mark < marks; mark++) {
      const splat = markSplats[mark];
      const pixel = markPixels[mark];
      const share = markWeights[mark] * trust[pixel];
      sums[3 * splat] += share * misses[3 * pixel];
      sums[3 * splat + 1] += share * misses[3 * pixel + 1];
      sums[3 * splat + 2] += share * misses[3 * pixel + 2];
      weights[splat] += share;
    }
  }

  private mark(splat: number, pixel: number, weight: number): void {
    if (this.marks === this.markSplats.length) {
      const length = 2 * this.marks;
      const grown = <T extends Int32Array | Float32Array>(from: T, to: T): T => {
        to.set(from);
        return to;
      };
      this.markSplats = grown(this.markSplats, new Int32Array(length));
      this.markPixels = grown(this.markPixels, new Int32Array(length));
      this.markWeights = grown(this.markWeights, new Float32Array(length));
    }
    this.markSplats[this.marks] = splat;
    this.markPixels[this.marks] = pixel;
    this.markWeights[this.marks++] = weight;
  }

  private size(count: number, width: number, height: number): void {
    if (this.splats.length < count) {
      this.rows = new Float64Array(ROW * count);
      this.splats = new Int32Array(count);
      this.depths = new Float64Array(count);
      this.boxes = new Int32Array(4 * count);
    }
    if (this.light.length !== width * height) {
      this.light = new Float32Array(width * height);
      this.picture = new Float32Array(3 * width * height);
    }
    this.width = width;
    this.height = height;
  }
}
