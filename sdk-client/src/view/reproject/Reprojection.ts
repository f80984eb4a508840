import type { PinholeCamera } from '../PinholeCamera.js';
import type { RemoteFrame } from '../RemoteFrame.js';

/**
 * How a distance becomes what a depth buffer holds: `offset + scale / distance`, for any perspective projection. What is infinitely far has `offset`.
 *
 * @example
 * ```ts
 * const rule: DepthRule = depthRuleOf(0.1, 100);
 * ```
 */
export interface DepthRule {
  readonly offset: number;
  readonly scale: number;
}

/**
 * The rule of WebGL's depth buffer for `projectionOf` with the same planes.
 *
 * @example
 * ```ts
 * const { offset, scale } = depthRuleOf(0.1, 100);
 * ```
 */
export function depthRuleOf(near: number, far: number): DepthRule {
  return { offset: far / (far - near), scale: (-far * near) / (far - near) };
}

/**
 * How a frame is drawn.
 *
 * @example
 * ```ts
 * const options: ReprojectionOptions = { depth: depthRuleOf(0.1, 100), background: 'local' };
 * ```
 */
export interface ReprojectionOptions {
  readonly depth: DepthRule;
  /** What is seen where the remote scene has nothing: its picture's own colours (default), or what was drawn there before. */
  readonly background?: 'remote' | 'local';
  /** Places of the frame that are tried for each pixel, at most, 1 … 256. More are better where a camera moves sideways by much. Default 48. */
  readonly steps?: number;
  /** Writes linear colours instead of gamma, for canvases that are made gamma later. Default false. */
  readonly linear?: boolean;
}

/** Distances below this are none to divide by. */
const LEAST = 1e-6;

/**
 * What the shaders need to draw a frame as another camera sees it: a uniform each.
 *
 * A pixel of the new camera is a ray. Seen by the frame's camera it is a line across the frame, along which the inverse of the distance changes evenly, as the place does: from where the
 * nearest thing of the frame could be, to infinity. The shader walks along it until it is behind what the frame shows there. Without a move (a mere turn) the line is a point.
 *
 * @example
 * ```ts
 * const reprojection = new Reprojection();
 * reprojection.set(frame, camera, { depth: depthRuleOf(0.1, 100) });
 * gl.uniformMatrix4fv(place, false, reprojection.toRemote);
 * ```
 */
export class Reprojection {
  /** Uniform `lens`: of the new camera, width/fx, height/fy, cx/width, cy/height. */
  readonly lens = new Float32Array(4);
  /** Uniform `toRemote`: from the new camera to the frame's, column-major. */
  readonly toRemote = new Float32Array(16);
  /** Uniform `remoteLens`: fx, fy, cx, cy of the frame's camera, pixels. */
  readonly remoteLens = new Float32Array(4);
  /** Uniform `limits`: the least distance in the frame, the inverse of the least that the new camera may see, steps, 1 where the frame has depth. */
  readonly limits = new Float32Array(4);
  /** Uniform `rule`: offset and scale of a depth buffer, 1 where the frame's own background is drawn, 1 for linear colours. */
  readonly rule = new Float32Array(4);
  /** Uniform `cover`: 1 where the frame has alpha; 1 for what is drawn last, over all else: what covers parts of pixels. */
  readonly cover = new Float32Array(2);

  /** For what covers whole pixels, and hides what lies behind. Allocates nothing. */
  set(frame: RemoteFrame, camera: PinholeCamera, options: ReprojectionOptions): void {
    const { depth, background = 'remote', steps = 48, linear = false } = options;
    const { width, height, fx, fy, cx, cy, view } = camera;
    fill(this.lens, width / fx, height / fy, cx / width, cy / height);
    const remote = frame.camera;
    fill(this.remoteLens, remote.fx, remote.fy, remote.cx, remote.cy);
    relate(remote.view, view, this.toRemote);
    const hasDepth = frame.depth !== null && frame.nearest < Number.POSITIVE_INFINITY;
    const nearest = Math.max(LEAST, hasDepth ? frame.nearest : 1);
    // Nothing that the frame shows can be nearer to the new camera than this, however that has moved; nor is anything drawn so near.
    const moved = Math.hypot(this.toRemote[12], this.toRemote[13], this.toRemote[14]);
    const closest = 1 / Math.max(nearest - moved, nearest / 64, LEAST);
    fill(this.limits, nearest, closest, Math.max(1, Math.min(256, steps)), hasDepth ? 1 : 0);
    fill(this.rule, depth.offset, depth.scale, background === 'remote' ? 1 : 0, linear ? 1 : 0);
    this.cover[0] = frame.alpha ? 1 : 0;
    this.cover[1] = 0;
  }

  /** The same, for what covers parts of pixels: edges and haze, which are blended over what is there by then (one, one − source alpha). */
  setLast(): void {
    this.cover[1] = 1;
  }
}

function fill(four: Float32Array, x: number, y: number, z: number, w: number): void {
  four[0] = x;
  four[1] = y;
  four[2] = z;
  four[3] = w;
}

/** remote · inverse(view), both of which turn and move only. */
function relate(remote: Float32Array, view: Float32Array, out: Float32Array): void {
  for (let row = 0; row < 3; row++) {
    let moved = remote[12 + row];
    for (let column = 0; column < 3; column++) {
      let sum = 0;
      for (let k = 0; k < 3; k++) sum += remote[4 * k + row] * view[4 * k + column];
      out[4 * column + row] = sum;
      moved -= sum * view[12 + column];
    }
    out[12 + row] = moved;
    out[4 * row + 3] = 0;
  }
  out[15] = 1;
}
