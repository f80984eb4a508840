import type { Behavior } from '@babylonjs/core/Behaviors/behavior.js';
import { PointerEventTypes, type PointerInfo } from '@babylonjs/core/Events/pointerEvents.js';
import type { Material } from '@babylonjs/core/Materials/material.js';
import { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import { Color3 } from '@babylonjs/core/Maths/math.color.js';
import type { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import { Observable } from '@babylonjs/core/Misc/observable.js';
import type { ReplayPlayer } from '@sgaps/client/player';
import type { SgapsError } from '@sgaps/protocol';
import { ReplayTexture, type ReplayTextureOptions } from './ReplayTexture.js';

/**
 * Options of a `ReplayScreenBehavior`.
 *
 * @example
 * ```ts
 * const options: ReplayScreenOptions = { source: { server, recording }, autoplay: true, playOnPick: true };
 * ```
 */
export interface ReplayScreenOptions extends Omit<ReplayTextureOptions, 'source'> {
  /** As for a `ReplayTexture`, or one that is shown elsewhere too; it stays its owner's. */
  readonly source: ReplayTextureOptions['source'] | ReplayTexture;
  /** `contain` makes the mesh narrower or lower until it has the replay's aspect; `fill` stretches the picture. Default `contain`. */
  readonly fit?: 'contain' | 'fill';
  /** A click or tap on the mesh plays and pauses. Default false. */
  readonly playOnPick?: boolean;
  /** 0 … 1. Default 1. */
  readonly alpha?: number;
}

/**
 * Makes a mesh a screen: it shines by itself with what the replay shows, over all of the mesh's texture coordinates. Detached, the
 * mesh is as it was, and what was opened is closed; attached again it opens anew.
 *
 * @example
 * ```ts
 * const screen = CreatePlane('screen', { width: 4, height: 3 }, scene);
 * screen.addBehavior(new ReplayScreenBehavior({ source: { server, recording }, autoplay: true, playOnPick: true }));
 * ```
 */
export class ReplayScreenBehavior implements Behavior<Mesh> {
  readonly name = 'ReplayScreen';
  attachedNode: Mesh | null = null;
  /** The player is open. */
  readonly onReadyObservable = new Observable<ReplayPlayer>();
  /** It came to its end. */
  readonly onEndedObservable = new Observable<ReplayPlayer>();
  /** It could not be opened, or broke off; the screen says so. */
  readonly onErrorObservable = new Observable<SgapsError>();
  readonly #options: ReplayScreenOptions;
  readonly #attached: Promise<ReplayPlayer>;
  #settle: (player: Promise<ReplayPlayer>) => void = () => undefined;
  #texture: ReplayTexture | null = null;
  #restore: (() => void)[] = [];

  constructor(options: ReplayScreenOptions) {
    this.#options = options;
    this.#attached = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#attached.catch(() => undefined); // told by the observable, and on the screen
  }

  /** What is shown; null while it is on no mesh. */
  get texture(): ReplayTexture | null {
    return this.#texture;
  }

  get player(): ReplayPlayer | null {
    return this.#texture?.player ?? null;
  }

  /** The player, once it is attached and open; rejects with a typed error where it cannot be, which needs no handler. */
  get ready(): Promise<ReplayPlayer> {
    return this.#texture?.ready ?? this.#attached;
  }

  init(): void {
    // Babylon asks for it; there is nothing to do before there is a mesh.
  }

  attach(mesh: Mesh): void {
    this.detach();
    const scene = mesh.getScene();
    const { source, alpha = 1, fit, playOnPick, ...replay } = this.#options;
    const owned = !(source instanceof ReplayTexture);
    const texture = source instanceof ReplayTexture ? source : new ReplayTexture(mesh.name, { ...replay, source }, scene);
    this.attachedNode = mesh;
    this.#texture = texture;
    this.#settle(texture.ready);
    const observers = [
      texture.onReadyObservable.add((player) => this.onReadyObservable.notifyObservers(player)),
      texture.onEndedObservable.add((player) => this.onEndedObservable.notifyObservers(player)),
      texture.onErrorObservable.add((error) => this.#tell(error)),
    ];
    this.#restore.push(() => {
      for (const observer of observers) observer.remove();
      if (owned) texture.dispose();
    });
    this.#cover(mesh, texture, alpha);
    if (fit !== 'fill') this.#shape(mesh, texture);
    if (playOnPick) this.#listen(mesh);
  }

  detach(): void {
    for (const restore of this.#restore.splice(0).reverse()) restore();
    this.attachedNode = null;
    this.#texture = null;
  }

  #tell(error: SgapsError): void {
    if (!this.onErrorObservable.hasObservers()) console.warn(`SGAPS: ${error.message}`);
    this.onErrorObservable.notifyObservers(error);
  }

  #cover(mesh: Mesh, texture: ReplayTexture, alpha: number): void {
    const was: Material | null = mesh.material;
    const material = new StandardMaterial(`${mesh.name} replay`, mesh.getScene());
    material.disableLighting = true;
    material.diffuseColor = material.specularColor = Color3.Black();
    material.emissiveTexture = texture;
    material.fogEnabled = false;
    material.alpha = alpha;
    mesh.material = material;
    this.#restore.push(() => {
      if (mesh.material === material) mesh.material = was;
      material.dispose();
    });
  }

  /** Shrinks the mesh along one side, as soon as the replay's shape is known. */
  #shape(mesh: Mesh, texture: ReplayTexture): void {
    const was = mesh.scaling.clone();
    const adjust = () => {
      if (this.attachedNode !== mesh) return;
      const size = mesh.getBoundingInfo().boundingBox.extendSize.multiply(was);
      const up = Math.abs(size.y) >= Math.abs(size.z) ? 'y' : 'z';
      const aspect = Math.abs(size.x / size[up]) / texture.aspect;
      if (!Number.isFinite(aspect) || aspect === 0) return;
      const scaling = was.clone();
      if (aspect > 1) scaling.x /= aspect;
      else scaling[up] *= aspect;
      mesh.scaling.copyFrom(scaling);
    };
    adjust();
    texture.ready.then(adjust, () => undefined);
    this.#restore.push(() => mesh.scaling.copyFrom(was));
  }

  #listen(mesh: Mesh): void {
    const scene = mesh.getScene();
    const pick = ({ pickInfo }: PointerInfo) => {
      const { player } = this;
      if (pickInfo?.pickedMesh !== mesh || !player) return;
      // What ends a replay is told by its error.
      if (player.paused) player.play().catch(() => undefined);
      else player.pause();
    };
    const observer = scene.onPointerObservable.add(pick, PointerEventTypes.POINTERTAP);
    // A scene can only pick where rays are in the bundle.
    void import('@babylonjs/core/Culling/ray.js');
    this.#restore.push(() => observer?.remove());
  }
}
