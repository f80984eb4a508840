import type { Camera2D, Camera3D, CaptureGrid, FrameState, TrackedObject } from '@sgaps/protocol';

/** Numbers of one token. */
const TOKEN_WIDTH = 24;
/** Tokens at most: 10 % of the cubes of a 320×180 pair (H5). */
const MOST_TOKENS = 24;
/** Kinds of token, as they stand in column 0. */
const Kind = { Time: 0, Camera2d: 1, Camera3d: 2, Object: 3, Value: 4 } as const;
/** Pixels that count as 1 of motion. */
const MOTION = 16;

/** What a pair's tokens are made of. */
export interface TokenSource {
  /** s since the recording's start, and pictures at 30 a second since the pair before. */
  readonly time: number;
  readonly step: number;
  /** Of the pair in its group. */
  readonly index: number;
  /** Of the pair's first picture and of the one before it. */
  readonly state: FrameState | null;
  readonly before: FrameState | null;
}

/**
 * Writes what the game said as tokens (H2, H5): time, cameras, then objects by size, then the game's own values; a layout for each kind, about −4 … 4. The table stands in
 * docs/protocol/archive.md.
 */
export class StateTokens {
  private readonly values = new Float32Array(MOST_TOKENS * TOKEN_WIDTH);
  private count = 0;

  constructor(private readonly grid: CaptureGrid) {}

  /** float32 [S, 24], 1 ≤ S ≤ 24; a view that holds until the next call. */
  write(source: TokenSource): Float32Array {
    this.count = 0;
    this.values.fill(0);
    this.add(Kind.Time, [(source.time / 60) % 64, source.step, source.index / 16]);
    const { state, before } = source;
    if (state) {
      for (const camera of state.cameras)
        this.addCamera(
          camera,
          before?.cameras.find(({ id }) => id === camera.id),
        );
      for (const camera of state.cameras3d)
        this.addCamera3d(
          camera,
          before?.cameras3d.find(({ id }) => id === camera.id),
        );
      const known = new Map(before?.objects.map((object) => [object.id, object]));
      const [camera] = state.cameras;
      const largest = [...state.objects].sort((a, b) => b.width * b.height - a.width * a.height);
      const room = MOST_TOKENS - this.count - Math.min(4, state.values.length);
      for (const object of largest.slice(0, Math.max(0, room)))
        this.addObject(object, camera, known.get(object.id), before?.cameras[0]);
      state.values.forEach((value, i) => this.add(Kind.Value, [i / 16, Math.asinh(value) / 2]));
    }
    return this.values.subarray(0, this.count * TOKEN_WIDTH);
  }

  private addCamera(camera: Camera2D, before: Camera2D | undefined): void {
    const { width, height } = this.grid;
    const moved = (now: number, then: number | undefined) => clip(then === undefined ? 0 : (now - then) / MOTION);
    this.add(Kind.Camera2d, [
      camera.viewX / width,
      camera.viewY / width,
      camera.zoom,
      camera.rotation,
      moved(camera.viewX, before?.viewX),
      moved(camera.viewY, before?.viewY),
      camera.x / width,
      camera.y / height,
      camera.width / width,
      camera.height / height,
    ]);
  }

  private addCamera3d({ view, projection }: Camera3D, before: Camera3D | undefined): void {
    const place = eye(view);
    const then = before ? eye(before.view) : place;
    this.add(Kind.Camera3d, [
      ...place.map((value) => value / 16),
      ...[0, 1, 2, 4, 5, 6, 8, 9, 10].map((i) => view[i]),
      projection[0],
      projection[5],
      ...place.map((value, i) => value - then[i]),
    ]);
  }

  private addObject(
    object: TrackedObject,
    camera: Camera2D | undefined,
    before: TrackedObject | undefined,
    cameraBefore: Camera2D | undefined,
  ): void {
    const { width, height } = this.grid;
    const [x, y] = screenPlace(object, camera);
    const [lastX, lastY] = before ? screenPlace(before, cameraBefore) : [x, y];
    this.add(Kind.Object, [
      x / width,
      y / height,
      object.width / width,
      object.height / height,
      Math.sin(object.rotation),
      Math.cos(object.rotation),
      object.alpha,
      (x - lastX) / MOTION,
      (y - lastY) / MOTION,
      ...hashes(`${object.texture}/${object.frame}`),
      object.tag / 4,
      object.flipX ? 1 : 0,
      object.flipY ? 1 : 0,
    ]);
  }

  private add(kind: number, values: readonly number[]): void {
    if (this.count === MOST_TOKENS) return;
    const at = TOKEN_WIDTH * this.count++;
    this.values[at] = kind;
    this.values[at + 1] = 1;
    values.forEach((value, i) => {
      this.values[at + 2 + i] = Number.isFinite(value) ? clip(value) : 0;
    });
  }
}

/** The middle of an object on the screen, grid pixels. */
export function screenPlace(object: TrackedObject, camera: Camera2D | undefined): [number, number] {
  const x = object.x + (0.5 - object.originX) * object.width;
  const y = object.y + (0.5 - object.originY) * object.height;
  return [x - object.scrollFactorX * (camera?.viewX ?? 0), y - object.scrollFactorY * (camera?.viewY ?? 0)];
}

/** Where a 3D camera stands: view matrices turn rows, so that its place is −t·Rᵀ. */
function eye(view: Float32Array): number[] {
  return [0, 1, 2].map((i) => -(view[12] * view[4 * i] + view[13] * view[4 * i + 1] + view[14] * view[4 * i + 2]));
}

function clip(value: number): number {
  return Math.max(-64, Math.min(64, value));
}

/** Five numbers −1 … 1 that tell names apart (FNV-1a). */
function hashes(name: string): number[] {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return Array.from({ length: 5 }, () => {
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return (hash >> 8) / (1 << 23);
  });
}
