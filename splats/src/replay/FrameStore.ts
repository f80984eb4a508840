import type { SplatCamera } from '../camera/SplatCamera.js';
import type { ReplayFrame } from './ReplayFrame.js';
import { recordedNear } from './replayCamera.js';

/** Frames kept with their pictures, and what those may take. */
const MOST_PICTURES = 200;
const PICTURE_BYTES = 96 * 2 ** 20;
/** Samples with a depth that are kept. */
const MOST_DEPTHS = 2_000_000;
/** Bits of `known`. */
const KNOWN = 1;

/** A frame's measured depths. */
export interface FrameDepths {
  readonly camera: SplatCamera;
  /** How near to it nothing was drawn. */
  readonly near: number;
  /** Pixel of each: row · width + column. */
  readonly places: Uint32Array;
  /** Distances along the axis; 0 for nothing drawn. */
  readonly depths: Float32Array;
  /** 3 for each. */
  readonly rgb: Uint8Array;
}

/** A frame whose pixels are kept as well. */
export interface FramePicture {
  readonly depths: FrameDepths;
  /** 3·W·H. */
  readonly rgb: Uint8Array;
  /** W·H: 1 where the pixel was sampled. */
  readonly known: Uint8Array;
}

/** Numbers frames from 0 on, and of too many keeps every second, every fourth, … */
class Thinning<T> {
  items: { readonly index: number; readonly item: T }[] = [];
  private stride = 1;

  wants(index: number): boolean {
    return index % this.stride === 0;
  }

  put(index: number, item: T): void {
    this.items.push({ index, item });
  }

  thin(): void {
    this.stride *= 2;
    this.items = this.items.filter(({ index }) => this.wants(index));
  }
}

/** What is remembered of a recording's frames: bounded however long it is, evenly spread over it. */
export class FrameStore {
  private readonly depthThinning = new Thinning<FrameDepths>();
  private readonly pictureThinning = new Thinning<FramePicture>();
  private depthCount = 0;
  private next = 0;

  get depths(): FrameDepths[] {
    return this.depthThinning.items.map(({ item }) => item);
  }

  get pictures(): FramePicture[] {
    return this.pictureThinning.items.map(({ item }) => item);
  }

  /** Frames taken in, kept or not. */
  get frames(): number {
    return this.next;
  }

  add(frame: ReplayFrame, camera: SplatCamera): void {
    const index = this.next++;
    const wantsPicture = this.pictureThinning.wants(index);
    if (!this.depthThinning.wants(index) && !wantsPicture) return;
    const depths = depthsOf(frame, camera);
    if (this.depthThinning.wants(index)) {
      this.depthThinning.put(index, depths);
      this.depthCount += depths.places.length;
      while (this.depthCount > MOST_DEPTHS && this.depthThinning.items.length > 1) {
        this.depthThinning.thin();
        this.depthCount = this.depths.reduce((sum, { places }) => sum + places.length, 0);
      }
    }
    if (!wantsPicture) return;
    this.pictureThinning.put(index, pictureOf(frame, depths));
    const most = Math.min(MOST_PICTURES, Math.max(8, Math.floor(PICTURE_BYTES / (4 * frame.width * frame.height))));
    if (this.pictureThinning.items.length > most) this.pictureThinning.thin();
  }
}

function depthsOf({ camera: recorded, width, height, count, u, v, rgb, depth }: ReplayFrame, camera: SplatCamera): FrameDepths {
  const has = (i: number) => u[i] >= 0 && u[i] < width && v[i] >= 0 && v[i] < height && (depth?.[i] ?? -1) >= 0;
  let length = 0;
  for (let i = 0; i < count; i++) if (has(i)) length++;
  const places = new Uint32Array(length);
  const depths = new Float32Array(length);
  const colours = new Uint8Array(3 * length);
  for (let i = 0, to = 0; i < count; i++) {
    if (!has(i)) continue;
    places[to] = Math.floor(v[i]) * width + Math.floor(u[i]);
    depths[to] = depth?.[i] ?? 0;
    for (let c = 0; c < 3; c++) colours[3 * to + c] = rgb[3 * i + c];
    to++;
  }
  return { camera, near: recordedNear(recorded), places, depths, rgb: colours };
}

function pictureOf({ width, height, count, u, v, rgb }: ReplayFrame, depths: FrameDepths): FramePicture {
  const picture = new Uint8Array(3 * width * height);
  const known = new Uint8Array(width * height);
  for (let i = 0; i < count; i++) {
    if (!(u[i] >= 0 && u[i] < width && v[i] >= 0 && v[i] < height)) continue;
    const at = Math.floor(v[i]) * width + Math.floor(u[i]);
    known[at] = KNOWN;
    for (let c = 0; c < 3; c++) picture[3 * at + c] = rgb[3 * i + c];
  }
  return { depths, rgb: picture, known };
}
