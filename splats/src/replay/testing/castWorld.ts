import type { SplatCamera } from '../../camera/SplatCamera.js';
import { lookAt } from '../../synthetic/lookAt.js';
import type { RecordedCamera, ReplayFrame } from '../ReplayFrame.js';

/** A picture of the world by rays: exact, and from anywhere. */
export interface CastPicture {
  /** 3·W·H bytes. */
  readonly rgb: Uint8Array;
  /** W·H along the axis; 0 for the sky. */
  readonly depth: Float32Array;
}

export const SIZE = { width: 96, height: 54 } as const;
const FLOOR = 1.5;
const WALL = 7;
const TOP = -0.1;
const BALL = 0.7;

/** A camera at a place that looks ahead. */
export function castCamera(x: number, y = 0, z = 0, towards = 0): SplatCamera {
  const { width, height } = SIZE;
  return { ...SIZE, fx: width, fy: width, cx: width / 2, cy: height / 2, view: lookAt([x, y, z], [x + towards, y + 0.6, z + 4]) };
}

/** The camera as a recording keeps it. `side`: 1 for a left-handed game, −1 for a right-handed one. */
export function recordedAs({ width, height, fx, fy, view }: SplatCamera, side: 1 | -1 = 1): RecordedCamera {
  const flip = [1, -1, side];
  const recorded = Array.from(view, (value, at) =>
    at % 4 === 3 ? value : value * flip[at % 4] * (at < 12 ? flip[Math.floor(at / 4)] : 1),
  );
  const projection = new Array<number>(16).fill(0);
  projection[0] = (2 * fx) / width;
  projection[5] = (2 * fy) / height;
  projection[10] = side;
  projection[11] = side;
  projection[14] = -0.1;
  return { view: recorded, projection, x: 0, y: 0, width, height };
}

/** A chequered floor, a striped wall, a pale sky above it, and where wanted a red ball in front. */
export function cast({ width, height, fx, fy, cx, cy, view }: SplatCamera, ballX: number | null): CastPicture {
  const rgb = new Uint8Array(3 * width * height);
  const depth = new Float32Array(width * height);
  const turn = (x: number, y: number, z: number, axis: number) =>
    view[4 * axis] * x + view[4 * axis + 1] * y + view[4 * axis + 2] * z;
  const eye = [0, 1, 2].map((axis) => -turn(view[12], view[13], view[14], axis));
  for (let v = 0, at = 0; v < height; v++)
    for (let u = 0; u < width; u++, at++) {
      const [x, y] = [(u + 0.5 - cx) / fx, (v + 0.5 - cy) / fy];
      const ray = [0, 1, 2].map((axis) => turn(x, y, 1, axis));
      let nearest = Number.POSITIVE_INFINITY;
      let colour = [150 + 40 * ray[1], 180, 230];
      const floor = (FLOOR - eye[1]) / ray[1];
      if (floor > 0 && eye[2] + floor * ray[2] < WALL) {
        nearest = floor;
        const dark = (Math.floor(eye[0] + floor * ray[0]) + Math.floor(eye[2] + floor * ray[2])) & 1;
        colour = dark ? [60, 90, 40] : [190, 180, 120];
      }
      const wall = (WALL - eye[2]) / ray[2];
      const high = eye[1] + wall * ray[1];
      if (wall > 0 && wall < nearest && high > TOP && high < FLOOR) {
        nearest = wall;
        colour = Math.floor(1.5 * (eye[0] + wall * ray[0])) & 1 ? [150, 60, 50] : [90, 60, 110];
      }
      if (ballX !== null) {
        const to = [ballX - eye[0], 0.8 - eye[1], 4 - eye[2]];
        const a = ray[0] ** 2 + ray[1] ** 2 + ray[2] ** 2;
        const b = ray[0] * to[0] + ray[1] * to[1] + ray[2] * to[2];
        const root = b * b - a * (to[0] ** 2 + to[1] ** 2 + to[2] ** 2 - BALL ** 2);
        const ball = (b - Math.sqrt(root)) / a;
        if (root > 0 && ball > 0 && ball < nearest) {
          nearest = ball;
          colour = [255, 20, 20];
        }
      }
      depth[at] = nearest === Number.POSITIVE_INFINITY ? 0 : nearest;
      rgb.set(colour.map(Math.round), 3 * at);
    }
  return { rgb, depth };
}

/** All pixels of a picture; depth only at one pixel of each 8×8, as blocks carry it. */
export function sampled(camera: SplatCamera, { rgb, depth }: CastPicture, side: 1 | -1 = 1): ReplayFrame {
  const { width, height } = camera;
  const count = width * height;
  const u = Uint16Array.from({ length: count }, (_, at) => at % width);
  const v = Uint16Array.from({ length: count }, (_, at) => Math.floor(at / width));
  const measured = depth.map((z, at) => ((u[at] & 7) === 3 && (v[at] & 7) === 3 ? z : Number.NaN));
  return { width, height, camera: recordedAs(camera, side), count, u, v, rgb, depth: measured };
}

/** PSNR of bytes against floats in [0, 1], dB. */
export function psnr(colour: Float32Array, rgb: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < rgb.length; i++) sum += (255 * colour[i] - rgb[i]) ** 2;
  return 10 * Math.log10((255 * 255 * rgb.length) / sum);
}
