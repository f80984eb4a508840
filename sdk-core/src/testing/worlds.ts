import type { CaptureGrid, FrameState, TrackedObject } from '@sgaps/protocol';
import type { TestWorld } from './PlannerLoop.js';

export const GRID: CaptureGrid = { width: 320, height: 180 };
const TEXTURE_WIDTH = 1024;
const TEXTURE_HEIGHT = 512;

/** A state with one camera at (viewX, viewY). */
export function view(viewX: number, viewY = 0, objects: readonly TrackedObject[] = [], grid = GRID): FrameState {
  const camera = { id: 0, viewX, viewY, zoom: 1, rotation: 0, x: 0, y: 0, ...grid };
  return { cameras: [camera], cameras3d: [], objects: [...objects], values: [] };
}

/** A screen region of a tier + 1, as a game tags it: an object that is never drawn. */
export function region(id: number, tag: number, x: number, y: number, width: number, height: number): TrackedObject {
  const place = { x, y, width, height, originX: 0, originY: 0, rotation: 0, flipX: false, flipY: false };
  const look = { alpha: 0, tint: 0xffffff, scrollFactorX: 0, scrollFactorY: 0, tileX: 0, tileY: 0, tag };
  return { id, texture: '', frame: '', ...place, ...look };
}

/** A tiled world such as games have: 16×16 tiles of six kinds with ornaments, soft shading and some grain. 3 × 1024·512, wraps around. */
export function createTexture(seed: number): Uint8Array {
  const noise = (x: number, y: number, salt: number) => {
    let h = Math.imul(x ^ Math.imul(y, 0x9e3779b1) ^ Math.imul(seed + 17 * salt, 0x85ebca6b), 0xc2b2ae35);
    h = Math.imul(h ^ (h >>> 15), 0x27d4eb2f);
    return ((h ^ (h >>> 13)) >>> 0) / 2 ** 32;
  };
  /** Value noise of a period, 0 … 1. */
  const smooth = (x: number, y: number, period: number, salt: number) => {
    const i = Math.floor(x / period);
    const j = Math.floor(y / period);
    const a = x / period - i;
    const b = y / period - j;
    const columns = TEXTURE_WIDTH / period;
    const at = (dx: number, dy: number) => noise((i + dx) % columns, (j + dy) % (TEXTURE_HEIGHT / period), salt);
    return (at(0, 0) * (1 - a) + at(1, 0) * a) * (1 - b) + (at(0, 1) * (1 - a) + at(1, 1) * a) * b;
  };
  const texture = new Uint8Array(3 * TEXTURE_WIDTH * TEXTURE_HEIGHT);
  for (let y = 0; y < TEXTURE_HEIGHT; y++) {
    for (let x = 0; x < TEXTURE_WIDTH; x++) {
      const kind = Math.floor(6 * noise(x >> 4, y >> 4, 1));
      // Each kind of tile has an ornament of its own, of lines 1 … 4 pixels wide.
      const line = ((x + (kind & 1 ? y : -y)) >> (kind >> 1)) & 3 ? 0 : 44;
      const light = line + 40 * smooth(x, y, 32, 2) + 30 * smooth(x, y, 8, 3) + 16 * noise(x, y, 4);
      for (let c = 0; c < 3; c++) texture[3 * (y * TEXTURE_WIDTH + x) + c] = 20 + 110 * noise(kind, c, 5) + light;
    }
  }
  return texture;
}

/** Copies the part of a texture that a camera at whole pixels sees. */
export function paintView(texture: Uint8Array, viewX: number, viewY: number, rgb: Uint8Array, { width, height } = GRID): void {
  const modulo = (a: number, b: number) => ((a % b) + b) % b;
  for (let v = 0; v < height; v++) {
    const row = modulo(viewY + v, TEXTURE_HEIGHT) * TEXTURE_WIDTH;
    const left = modulo(viewX, TEXTURE_WIDTH);
    const part = Math.min(width, TEXTURE_WIDTH - left);
    rgb.set(texture.subarray(3 * (row + left), 3 * (row + left + part)), 3 * v * width);
    if (part < width) rgb.set(texture.subarray(3 * row, 3 * (row + width - part)), 3 * (v * width + part));
  }
}

/** A world of one texture, seen by a camera that goes where `path` says (whole pixels), with a `hud` painted over it. */
export function scrollingWorld(
  texture: Uint8Array,
  path: (frame: number) => readonly [number, number] = () => [0, 0],
  hud: (frame: number, rgb: Uint8Array) => void = () => undefined,
  grid = GRID,
): TestWorld {
  return {
    grid,
    state: (frame) => view(...path(frame), [], grid),
    paint: (frame, rgb) => {
      paintView(texture, ...path(frame), rgb, grid);
      hud(frame, rgb);
    },
  };
}
