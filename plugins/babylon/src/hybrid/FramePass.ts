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

const UNIFORMS = ['lens', 'toRemote', 'remoteLens', 'limits', 'rule'] as const;
/** `Constants` of newer engines; the numbers are those of all. */
const GLSL = 0;
const WGSL = 1;

/** Draws frames over the whole viewport of a Babylon engine, with their depth, whatever was drawn there before. */
export class FramePass {
  readonly #engine: AbstractEngine;
  readonly #reprojection = new Reprojection();
  readonly #wrapper: DrawWrapper;
  #triangle: VertexBuffer;
  #colour: ThinTexture | null = null;
  #depth: ThinTexture | null = null;
  #width = 0;
  #height = 0;
  /** Whose pixels are in the textures. */
  #shown: Pick<RemoteFrame, 'image' | 'depth'> | null = null;
  readonly #restored: { remove(): void } | null;

  /** @param failed Told when the shader does not compile. */
  constructor(engine: AbstractEngine, failed: (error: SgapsError) => void) {
    this.#engine = engine;
    this.#wrapper = new DrawWrapper(engine);
    const { vertex, fragment } = engine.isWebGPU ? REPROJECTION_WGSL : REPROJECTION_GLSL;
    this.#wrapper.effect = engine.createEffect(
      { vertexSource: vertex, fragmentSource: fragment },
      [VertexBuffer.PositionKind],
      [...UNIFORMS],
      ['colourMap', 'depthMap'],
      '',
      undefined,
      undefined,
      (_, why) => failed(new SgapsError('UNSUPPORTED', `Remote frames cannot be drawn here: ${why}`)),
      undefined,
      engine.isWebGPU ? WGSL : GLSL,
    );
    this.#triangle = makeTriangle(engine);
    this.#restored = engine.onContextRestoredObservable.add(() => {
      this.#triangle = makeTriangle(engine);
      this.#shown = null;
    });
  }

  /** Draws what is there: nothing while the shader is being compiled. */
  draw(frame: RemoteFrame, camera: PinholeCamera, options: ReprojectionOptions): void {
    const engine = this.#engine;
    const { effect } = this.#wrapper;
    // An image that was closed has no pixels.
    if (!effect?.isReady() || frame.image.width === 0) return;
    this.#upload(frame);
    engine.enableEffect(this.#wrapper);
    engine.setState(false);
    engine.setAlphaMode(Constants.ALPHA_DISABLE);
    const state = engine.depthCullingState;
    const { depthFunc, depthTest, depthMask } = state;
    state.depthFunc = Constants.ALWAYS;
    state.depthTest = true;
    state.depthMask = true;
    this.#reprojection.set(frame, camera, options);
    const { lens, toRemote, remoteLens, limits, rule } = this.#reprojection;
    effect.setFloat4('lens', lens[0], lens[1], lens[2], lens[3]);
    effect.setMatrices('toRemote', toRemote);
    effect.setFloat4('remoteLens', remoteLens[0], remoteLens[1], remoteLens[2], remoteLens[3]);
    effect.setFloat4('limits', limits[0], limits[1], limits[2], limits[3]);
    effect.setFloat4('rule', rule[0], rule[1], rule[2], rule[3]);
    effect.setTexture('colourMap', this.#colour);
    effect.setTexture('depthMap', this.#depth);
    engine.bindBuffers({ [VertexBuffer.PositionKind]: this.#triangle }, null, effect);
    engine.drawArraysType(Constants.MATERIAL_TriangleFillMode, 0, 3);
    state.depthFunc = depthFunc;
    state.depthTest = depthTest;
    state.depthMask = depthMask;
  }

  dispose(): void {
    this.#restored?.remove();
    this.#triangle.dispose();
    this.#wrapper.effect?.dispose();
    this.#wrapper.effect = null;
    this.#freeTextures();
  }

  #freeTextures(): void {
    this.#colour?.dispose();
    this.#depth?.dispose();
    this.#colour = this.#depth = null;
    this.#shown = null;
  }

  #upload({ image, depth }: RemoteFrame): void {
    const engine = this.#engine;
    const { width, height } = image;
    if (width !== this.#width || height !== this.#height || !this.#colour || !this.#depth) {
      this.#freeTextures();
      this.#width = width;
      this.#height = height;
      this.#colour = this.#wrap(() => engine.createDynamicTexture(width, height, false, Constants.TEXTURE_BILINEAR_SAMPLINGMODE));
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
    if (this.#shown?.image === image && this.#shown.depth === depth) return;
    this.#shown = { image, depth };
    engine.updateDynamicTexture(this.#colour.getInternalTexture(), image, false);
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
