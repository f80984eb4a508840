import { VertexBuffer } from '@babylonjs/core/Buffers/buffer.js';
import type { AbstractEngine } from '@babylonjs/core/Engines/abstractEngine.js';
import { Constants } from '@babylonjs/core/Engines/constants.js';
import { DrawWrapper } from '@babylonjs/core/Materials/drawWrapper.js';
import type { InternalTexture } from '@babylonjs/core/Materials/Textures/internalTexture.js';
import { ThinTexture } from '@babylonjs/core/Materials/Textures/thinTexture.js';
import {
  type PinholeCamera,
  REPROJECTION_GLSL,
  type RemoteFrame,
  Reprojection,
  type ReprojectionOptions,
} from '@sgaps/client/view';
import { SgapsError } from '@sgaps/protocol/vocabulary';
import '@babylonjs/core/Engines/Extensions/engine.alpha.js';
import '@babylonjs/core/Engines/Extensions/engine.dynamicTexture.js';
import '@babylonjs/core/Engines/Extensions/engine.rawTexture.js';
import { REPROJECTION_WGSL } from './wgsl.js';

const UNIFORMS = ['lens', 'toRemote', 'remoteLens', 'limits', 'rule', 'cover'];
/** `Constants` of newer engines; the numbers are those of all. */
const GLSL = 0;
const WGSL = 1;

/** Draws frames over the whole viewport of a Babylon engine, with their depth: `draw` before meshes, `blend` after them. */
export class FramePass {
  readonly #engine: AbstractEngine;
  readonly #reprojection = new Reprojection();
  /** One for each of the two, as WebGPU keeps what is bound by it. */
  readonly #wrappers: readonly [DrawWrapper, DrawWrapper];
  readonly #buffers: { [kind: string]: VertexBuffer };
  #colour: ThinTexture | null = null;
  #depth: ThinTexture | null = null;
  #alpha: ThinTexture | null = null;
  #width = 0;
  #height = 0;
  /** Whose pixels are in the textures. */
  #shown: RemoteFrame['image'] | null = null;
  readonly #restored: { remove(): void } | null;

  /** @param failed Told when the shader does not compile. */
  constructor(engine: AbstractEngine, failed: (error: SgapsError) => void) {
    this.#engine = engine;
    this.#wrappers = [new DrawWrapper(engine), new DrawWrapper(engine)];
    const { vertex, fragment } = engine.isWebGPU ? REPROJECTION_WGSL : REPROJECTION_GLSL;
    const effect = engine.createEffect(
      { vertexSource: vertex, fragmentSource: fragment },
      [VertexBuffer.PositionKind],
      UNIFORMS,
      ['colourMap', 'depthMap', 'alphaMap'],
      '',
      undefined,
      undefined,
      (_, why) => failed(new SgapsError('UNSUPPORTED', `Remote frames cannot be drawn here: ${why}`)),
      undefined,
      engine.isWebGPU ? WGSL : GLSL,
    );
    for (const wrapper of this.#wrappers) wrapper.effect = effect;
    this.#buffers = { [VertexBuffer.PositionKind]: makeTriangle(engine) };
    this.#restored = engine.onContextRestoredObservable.add(() => {
      this.#buffers[VertexBuffer.PositionKind] = makeTriangle(engine);
      this.#shown = null;
    });
  }

  /** Draws what is there: nothing while the shader is being compiled. @returns whether `blend` has more to draw. */
  draw(frame: RemoteFrame, camera: PinholeCamera, options: ReprojectionOptions): boolean {
    // An image that was closed has no pixels.
    if (!this.#wrappers[0].effect?.isReady() || frame.image.width === 0) return false;
    this.#upload(frame);
    this.#reprojection.set(frame, camera, options);
    this.#paint(this.#wrappers[0], true);
    return frame.alpha !== null;
  }

  /** Blends edges and haze of what `draw` was called with over what is there. */
  blend(): void {
    this.#reprojection.setLast();
    this.#paint(this.#wrappers[1], false);
  }

  dispose(): void {
    this.#restored?.remove();
    this.#buffers[VertexBuffer.PositionKind].dispose();
    this.#wrappers[0].effect?.dispose();
    for (const wrapper of this.#wrappers) wrapper.effect = null;
    this.#freeTextures();
  }

  #paint(wrapper: DrawWrapper, isFirst: boolean): void {
    const engine = this.#engine;
    const { effect } = wrapper;
    if (!effect) return;
    engine.enableEffect(wrapper);
    engine.setState(false);
    engine.setAlphaMode(isFirst ? Constants.ALPHA_DISABLE : Constants.ALPHA_PREMULTIPLIED);
    const state = engine.depthCullingState;
    const { depthFunc, depthTest } = state;
    state.depthFunc = engine.useReverseDepthBuffer ? Constants.GEQUAL : Constants.LEQUAL;
    state.depthTest = true;
    state.depthMask = isFirst;
    const { lens, toRemote, remoteLens, limits, rule, cover } = this.#reprojection;
    effect.setFloat4('lens', lens[0], lens[1], lens[2], lens[3]);
    effect.setMatrices('toRemote', toRemote);
    effect.setFloat4('remoteLens', remoteLens[0], remoteLens[1], remoteLens[2], remoteLens[3]);
    effect.setFloat4('limits', limits[0], limits[1], limits[2], limits[3]);
    effect.setFloat4('rule', rule[0], rule[1], rule[2], rule[3]);
    effect.setFloat2('cover', cover[0], cover[1]);
    effect.setTexture('colourMap', this.#colour);
    effect.setTexture('depthMap', this.#depth);
    effect.setTexture('alphaMap', this.#alpha);
    engine.bindBuffers(this.#buffers, null, effect);
    engine.drawArraysType(Constants.MATERIAL_TriangleFillMode, 0, 3);
    if (!isFirst) engine.setAlphaMode(Constants.ALPHA_DISABLE);
    state.depthFunc = depthFunc;
    state.depthTest = depthTest;
    // As everywhere without blending: Babylon sets it with the alpha mode only, and clears no depth while it is off.
    state.depthMask = true;
  }

  #freeTextures(): void {
    this.#colour?.dispose();
    this.#depth?.dispose();
    this.#alpha?.dispose();
    this.#colour = this.#depth = this.#alpha = null;
    this.#shown = null;
  }

  #upload({ image, depth, alpha }: RemoteFrame): void {
    const engine = this.#engine;
    const { width, height } = image;
    if (width !== this.#width || height !== this.#height || !this.#colour || !this.#depth || !this.#alpha) {
      this.#freeTextures();
      this.#width = width;
      this.#height = height;
      const makeImage = () => engine.createDynamicTexture(width, height, false, Constants.TEXTURE_BILINEAR_SAMPLINGMODE);
      this.#colour = this.#wrap(makeImage);
      this.#alpha = this.#wrap(makeImage);
      this.#depth = this.#wrap(() =>
        engine.createRawTexture(
          null,
          width,
          height,
          Constants.TEXTUREFORMAT_R,
          false,
          false,
          Constants.TEXTURE_NEAREST_NEAREST,
          null,
          Constants.TEXTURETYPE_FLOAT,
        ),
      );
    }
    if (this.#shown === image) return;
    this.#shown = image;
    engine.updateDynamicTexture(this.#colour.getInternalTexture(), image, false);
    if (alpha) engine.updateDynamicTexture(this.#alpha.getInternalTexture(), alpha, false);
    const texture = this.#depth.getInternalTexture();
    if (!depth || !texture) return;
    engine.updateRawTexture(texture, depth, Constants.TEXTUREFORMAT_R, false, null, Constants.TEXTURETYPE_FLOAT, false);
    // Babylon would upload it again after a lost context, when it may be somebody else's.
    texture._bufferView = null;
  }

  /** A texture that is made anew, empty, after a lost context. */
  #wrap(make: () => InternalTexture): ThinTexture {
    const internal = make();
    internal.onRebuildCallback = () => {
      this.#shown = null;
      return { proxy: make(), isReady: true, isAsync: false };
    };
    internal.isReady = true;
    const texture = new ThinTexture(internal);
    texture.wrapU = texture.wrapV = Constants.TEXTURE_CLAMP_ADDRESSMODE;
    return texture;
  }
}

function makeTriangle(engine: AbstractEngine): VertexBuffer {
  return new VertexBuffer(engine, [-1, -1, 3, -1, -1, 3], VertexBuffer.PositionKind, false, false, 2);
}
