import type { Camera2D, Camera3D, FrameState, TrackedObject } from '@sgaps/protocol';

/**
 * `T` with every field writable: pooled state is filled in place.
 *
 * @example
 * ```ts
 * const camera: Mutable<Camera2D> = buffer.addCamera();
 * ```
 */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * A `FrameState` that is filled anew for every frame out of pooled objects, so that the game loop allocates nothing once the
 * pools have grown. Fields of an object handed out keep the values of an earlier frame: set all of them.
 *
 * @example
 * ```ts
 * buffer.clear();
 * const camera = buffer.addCamera();
 * camera.id = 0; camera.viewX = 12.5; // … every field
 * ```
 */
export class FrameStateBuffer implements FrameState {
  readonly cameras: Mutable<Camera2D>[] = [];
  readonly cameras3d: Mutable<Camera3D>[] = [];
  readonly objects: Mutable<TrackedObject>[] = [];
  readonly values: number[] = [];
  readonly #cameraPool: Mutable<Camera2D>[] = [];
  readonly #camera3dPool: Mutable<Camera3D>[] = [];
  readonly #objectPool: Mutable<TrackedObject>[] = [];

  /** Empties the state; pools are kept. */
  clear(): void {
    this.cameras.length = 0;
    this.cameras3d.length = 0;
    this.objects.length = 0;
    this.values.length = 0;
  }

  /** Adds a 2D camera to fill in. */
  addCamera(): Mutable<Camera2D> {
    const index = this.cameras.length;
    const camera = (this.#cameraPool[index] ??= {
      id: 0,
      viewX: 0,
      viewY: 0,
      zoom: 1,
      rotation: 0,
      x: 0,
      y: 0,
      width: 0,
      height: 0,
    });
    this.cameras.push(camera);
    return camera;
  }

  /** Adds a 3D camera to fill in; its matrices are 16 numbers each, to be filled in place. */
  addCamera3d(): Mutable<Camera3D> {
    const index = this.cameras3d.length;
    const camera = (this.#camera3dPool[index] ??= {
      id: 0,
      view: new Float32Array(16),
      projection: new Float32Array(16),
      x: 0,
      y: 0,
      width: 0,
      height: 0,
    });
    this.cameras3d.push(camera);
    return camera;
  }

  /** Adds an object, in front of those added before, to fill in. */
  addObject(): Mutable<TrackedObject> {
    const index = this.objects.length;
    const object = (this.#objectPool[index] ??= emptyObject());
    this.objects.push(object);
    return object;
  }

  /** Keeps the objects at the given indices, which rise strictly; the pool keeps the rest. */
  keepObjects(indices: Uint16Array, count: number): void {
    for (let i = 0; i < count; i++) {
      const from = indices[i];
      const kept = this.#objectPool[from];
      this.#objectPool[from] = this.#objectPool[i];
      this.#objectPool[i] = kept;
      this.objects[i] = kept;
    }
    this.objects.length = count;
  }
}

function emptyObject(): Mutable<TrackedObject> {
  return {
    id: 0,
    texture: '',
    frame: '',
    x: 0,
    y: 0,
    width: 0,
    height: 0,
    originX: 0.5,
    originY: 0.5,
    rotation: 0,
    flipX: false,
    flipY: false,
    alpha: 1,
    tint: 0xffffff,
    scrollFactorX: 1,
    scrollFactorY: 1,
    tileX: 0,
    tileY: 0,
    tag: 0,
  };
}
