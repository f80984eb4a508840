import type { AbstractMesh } from '@babylonjs/core/Meshes/abstractMesh.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { MaskList } from '@sgaps/client';
import type { CameraReader } from './CameraReader.js';
import { addMesh, addThing, type ScreenThing } from './screenThings.js';

/**
 * Says of a mesh whether nobody may see it. Called for every mesh drawn; fast, please.
 *
 * @example
 * ```ts
 * recorder.mask((mesh) => mesh.metadata?.private === true);
 * ```
 */
export type MaskPredicate = (mesh: AbstractMesh) => boolean;

/**
 * What the game does not want to be seen, and where that was when the scene was drawn: looked up right after the scene's
 * last draw, before the game moves anything on.
 *
 * @example
 * ```ts
 * masks.begin();
 * scene.render();
 * masks.look(canvas.width, canvas.height);
 * masks.write(list);
 * ```
 */
export class MaskBook {
  readonly #things = new Set<ScreenThing>();
  readonly #predicates = new Set<MaskPredicate>();
  readonly #found = new MaskList();
  readonly #scene: Scene;
  readonly #cameras: CameraReader;
  #isNew = true;
  #width = 0;
  #height = 0;

  constructor(scene: Scene, cameras: CameraReader) {
    this.#scene = scene;
    this.#cameras = cameras;
  }

  set(what: ScreenThing | MaskPredicate, masked: boolean): void {
    const book: Set<unknown> = typeof what === 'function' ? this.#predicates : this.#things;
    if (masked) book.add(what);
    else book.delete(what);
  }

  /** A new frame begins. What was found stays until the scene is drawn again. */
  begin(): void {
    this.#isNew = true;
  }

  /** The scene has been drawn, on a canvas of this size. What fails masks everything, and is thrown on. */
  look(width: number, height: number): void {
    // Games change the size within a frame: what was found on the old one would lie elsewhere.
    const resized = width !== this.#width || height !== this.#height;
    this.#width = width;
    this.#height = height;
    if (this.#isNew) this.#found.clear(width, height);
    else if (resized) {
      this.#found.clear(width, height);
      this.#found.addAll();
    }
    this.#isNew = false;
    if (this.#things.size + this.#predicates.size === 0) return;
    try {
      const cameras = this.#cameras.find();
      for (const thing of this.#things) addThing(thing, cameras, this.#width, this.#height, this.#found);
      if (this.#predicates.size > 0) this.#ask();
    } catch (cause) {
      this.#found.addAll();
      throw cause;
    }
  }

  /** Adds what is masked in this frame. */
  write(out: MaskList): void {
    for (const { x, y, width, height } of this.#found.rects) out.add(x, y, width, height);
  }

  #ask(): void {
    // The list of active meshes is that of the last camera.
    const active = this.#scene.getActiveMeshes();
    const all = this.#cameras.drawn.length === 1 ? active.data : this.#scene.meshes;
    const count = all === active.data ? active.length : all.length;
    for (let i = 0; i < count; i++) {
      for (const predicate of this.#predicates) {
        if (!predicate(all[i])) continue;
        addMesh(all[i], this.#cameras.drawn, this.#width, this.#height, this.#found);
        break;
      }
    }
  }
}
