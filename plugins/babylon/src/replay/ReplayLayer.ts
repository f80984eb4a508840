import { Layer } from '@babylonjs/core/Layers/layer.js';
import { BaseTexture } from '@babylonjs/core/Materials/Textures/baseTexture.js';
import { DynamicTexture } from '@babylonjs/core/Materials/Textures/dynamicTexture.js';
import { Texture } from '@babylonjs/core/Materials/Textures/texture.js';
import { Color4 } from '@babylonjs/core/Maths/math.color.js';
import { Matrix } from '@babylonjs/core/Maths/math.vector.js';
import type { Scene } from '@babylonjs/core/scene.js';
import type { ScreenRect } from '@sgaps/client';
import type { ReplayPlayer } from '@sgaps/client/player';
import '@babylonjs/core/Engines/Extensions/engine.alpha.js';
import { ReplayTexture, type ReplayTextureOptions } from './ReplayTexture.js';

/**
 * Options of a `ReplayLayer`.
 *
 * @example
 * ```ts
 * const corner: ReplayLayerOptions = { source, rect: { x: 0.66, y: 0.05, width: 0.3, height: 0.3 }, frame: { thickness: 3 } };
 * ```
 */
export interface ReplayLayerOptions extends Omit<ReplayTextureOptions, 'source'> {
  /** As for a `ReplayTexture`, or one that is shown elsewhere too; it stays its owner's. */
  readonly source: ReplayTextureOptions['source'] | ReplayTexture;
  /** Where, in fractions of the canvas from its top left. The picture keeps its aspect in the middle of it. Default: all. */
  readonly rect?: ScreenRect;
  /** Behind the scene instead of over it. Default false. */
  readonly isBackground?: boolean;
  /** 0 … 1. Default 1. */
  readonly alpha?: number;
  /** A border around the picture, in pixels of the canvas; white by default. */
  readonly frame?: { readonly thickness: number; readonly color?: Color4 };
  /** Fills what the picture leaves of `rect`. Default: nothing, the scene shows there. */
  readonly backdrop?: Color4;
  /** Cameras that show it. Default: the scene's. */
  readonly layerMask?: number;
}

const WHOLE: ScreenRect = { x: 0, y: 0, width: 1, height: 1 };

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * Shows a replay on the whole canvas or in a part of it, over or behind the scene, by Babylon's own layers: it lies over those, and
 * over full-screen GUIs, that were made before it.
 *
 * @example
 * ```ts
 * const killCam = new ReplayLayer('kill-cam', { source: { server, recording }, rect: { x: 0.6, y: 0.05, width: 0.35, height: 0.35 } }, scene);
 * await killCam.ready;
 * ```
 */
export class ReplayLayer {
  readonly texture: ReplayTexture;
  /** Change it to move the picture. */
  rect: ScreenRect;
  alpha: number;
  isVisible = true;
  readonly #scene: Scene;
  readonly #owned: boolean;
  readonly #thickness: number;
  readonly #layers: {
    readonly layer: Layer;
    readonly view: View;
    readonly alpha: number;
    readonly place: (layer: ReplayLayer) => Box;
  }[] = [];
  readonly #beforeRender: { remove(): void } | null;
  readonly #textureGone: { remove(): void } | null;
  #white: DynamicTexture | null = null;
  #picture: Box = { left: 0, top: 0, width: 0, height: 0 };
  #outer: Box = { left: 0, top: 0, width: 0, height: 0 };

  constructor(name: string, options: ReplayLayerOptions, scene: Scene) {
    const { source, rect = WHOLE, isBackground = false, alpha = 1, frame, backdrop, layerMask, ...replay } = options;
    this.#scene = scene;
    this.#owned = !(source instanceof ReplayTexture);
    this.texture = source instanceof ReplayTexture ? source : new ReplayTexture(name, { ...replay, source }, scene);
    this.rect = rect;
    this.alpha = alpha;
    this.#thickness = frame?.thickness ?? 0;
    const add = (part: string, texture: BaseTexture, color: Color4, place: (layer: ReplayLayer) => Box) => {
      const layer = new Layer(part ? `${name} ${part}` : name, null, scene, isBackground, color.clone());
      if (layerMask !== undefined) layer.layerMask = layerMask;
      const view = new View(texture);
      layer.texture = view;
      this.#layers.push({ layer, view, alpha: color.a, place });
    };
    if (backdrop) add('backdrop', this.#flat(), backdrop, (layer) => layer.#outer);
    if (frame)
      add('frame', this.#flat(), frame.color ?? new Color4(1, 1, 1, 1), (layer) => widen(layer.#picture, layer.#thickness));
    add('', this.texture, new Color4(1, 1, 1, 1), (layer) => layer.#picture);
    this.#place();
    this.#beforeRender = scene.onBeforeRenderObservable.add(() => this.#place());
    this.#textureGone = this.texture.onDisposeObservable.add(() => this.dispose());
  }

  get player(): ReplayPlayer | null {
    return this.texture.player;
  }

  /** The player, once it is open. */
  get ready(): Promise<ReplayPlayer> {
    return this.texture.ready;
  }

  get onReadyObservable(): ReplayTexture['onReadyObservable'] {
    return this.texture.onReadyObservable;
  }

  get onEndedObservable(): ReplayTexture['onEndedObservable'] {
    return this.texture.onEndedObservable;
  }

  get onErrorObservable(): ReplayTexture['onErrorObservable'] {
    return this.texture.onErrorObservable;
  }

  /** Where the picture is, in pixels of the canvas from its top left. */
  get pictureRect(): Readonly<{ left: number; top: number; width: number; height: number }> {
    return this.#picture;
  }

  /** Takes it off the screen, and disposes of the texture (and its player) if they were made here. */
  dispose(): void {
    this.#beforeRender?.remove();
    this.#textureGone?.remove();
    // `Layer` disposes of its texture, which is only a view here.
    for (const { layer } of this.#layers.splice(0)) layer.dispose();
    this.#white?.dispose();
    this.#white = null;
    if (this.#owned) this.texture.dispose();
  }

  /** A white pixel, which layers colour. */
  #flat(): DynamicTexture {
    if (this.#white) return this.#white;
    const white = new DynamicTexture('white', { width: 1, height: 1 }, this.#scene, false);
    const context = white.getContext();
    context.fillStyle = '#ffffff';
    context.fillRect(0, 0, 1, 1);
    white.update();
    this.#white = white;
    return white;
  }

  #place(): void {
    const engine = this.#scene.getEngine();
    const [columns, rows] = [engine.getRenderWidth(), engine.getRenderHeight()];
    const { x, y, width, height } = this.rect;
    // Whole pixels, so that a picture as large as its place is shown pixel by pixel.
    const outer = this.#outer;
    outer.left = Math.round(x * columns);
    outer.top = Math.round(y * rows);
    outer.width = Math.round((x + width) * columns) - outer.left;
    outer.height = Math.round((y + height) * rows) - outer.top;
    const { aspect } = this.texture;
    const inner = this.#picture;
    inner.width = Math.min(outer.width, Math.round(outer.height * aspect));
    inner.height = Math.min(outer.height, Math.round(outer.width / aspect));
    inner.left = outer.left + ((outer.width - inner.width) >> 1);
    inner.top = outer.top + ((outer.height - inner.height) >> 1);
    for (const { layer, view, alpha, place } of this.#layers) {
      const box = place(this);
      layer.isEnabled = this.isVisible && box.width > 0 && box.height > 0;
      layer.color.a = alpha * this.alpha;
      const [w, h] = [box.width / columns, box.height / rows];
      const [left, bottom] = [box.left / columns, 1 - box.top / rows - h];
      layer.scale.set(w, h);
      layer.offset.set(2 * left + w - 1, 2 * bottom + h - 1);
      view.look(left, bottom, w, h);
    }
  }
}

function widen({ left, top, width, height }: Box, by: number): Box {
  return { left: left - by, top: top - by, width: width + 2 * by, height: height + 2 * by };
}

/** A texture under another texture matrix: a layer reads it by where on the canvas it lies. */
class View extends BaseTexture {
  readonly #of: BaseTexture;
  readonly #matrix = Matrix.Identity();

  constructor(of: BaseTexture) {
    super(of.getScene()?.getEngine());
    this.#of = of;
    this.wrapU = this.wrapV = Texture.CLAMP_ADDRESSMODE;
  }

  /** The part of the canvas that it fills, in fractions from the bottom left. The pixels lie first row first. */
  look(left: number, bottom: number, width: number, height: number): void {
    this._texture = this.#of.getInternalTexture();
    const m = this.#matrix;
    m.setRowFromFloats(0, 1 / width, 0, 0, 0);
    m.setRowFromFloats(1, 0, -1 / height, 0, 0);
    m.setRowFromFloats(2, -left / width, 1 + bottom / height, 1, 0);
  }

  override getTextureMatrix(): Matrix {
    return this.#matrix;
  }

  override dispose(): void {
    this._texture = null; // not its own
    super.dispose();
  }
}
