import { type Game, type Renderer, Textures } from 'phaser';

/** A picture that is shown: a frame of the replay, or a canvas with words. */
export type ShownPicture = ImageBitmap | HTMLCanvasElement;

const BASE = '__BASE';
let made = 0;

/**
 * A texture of one frame that pictures are put into, for any renderer. Its size in the game is one thing, its pixels another: those of the picture.
 *
 * On WebGL a picture goes straight into the texture, by one upload and no canvas between. Phaser keeps it as the texture's source, so it is there again after a lost context.
 */
export class FrameTexture {
  readonly key = `sgaps-replay-${++made}`;
  readonly #game: Game;
  readonly #texture: Textures.Texture;
  readonly #wrapper: Renderer.WebGL.Wrappers.WebGLTextureWrapper | null;

  constructor(game: Game, picture: ShownPicture, width: number, height: number, smooth: boolean) {
    this.#game = game;
    const { renderer, textures } = game;
    if (isWebGL(renderer)) {
      const { gl } = renderer;
      const [filter, wrap] = [smooth ? gl.LINEAR : gl.NEAREST, gl.CLAMP_TO_EDGE];
      const { width: w, height: h } = picture;
      this.#wrapper = renderer.createTexture2D(0, filter, filter, wrap, wrap, gl.RGBA, picture, w, h, true, false, false);
      this.#texture = present(textures.addGLTexture(this.key, this.#wrapper));
      standUpright(this.#texture.frames as Record<string, Textures.Frame>);
    } else {
      this.#wrapper = null;
      this.#texture = present(textures.createCanvas(this.key, width, height));
    }
    this.#texture.setFilter(smooth ? Textures.FilterMode.LINEAR : Textures.FilterMode.NEAREST);
    this.resize(width, height);
    this.show(picture);
  }

  /** Puts a picture in. It must stay as it is until the next one comes. */
  show(picture: ShownPicture): void {
    // A frame whose player was disposed of is closed: what is in the texture stays.
    if (picture.width === 0) return;
    const wrapper = this.#wrapper;
    if (wrapper) {
      const { renderer } = this.#game as { renderer: Renderer.WebGL.WebGLRenderer };
      const { wrapS, wrapT, minFilter, magFilter, format } = wrapper;
      // A context that is lost takes nothing; Phaser uploads `pixels` when it is back.
      if (renderer.contextLost) Object.assign(wrapper, { pixels: picture, width: picture.width, height: picture.height });
      else wrapper.update(picture, picture.width, picture.height, false, wrapS, wrapT, minFilter, magFilter, format);
    } else {
      const { context, width, height } = this.#texture as Textures.CanvasTexture;
      context.drawImage(picture, 0, 0, width, height);
    }
  }

  /** The size that the frame has for game objects. */
  resize(width: number, height: number): void {
    const frame = this.#texture.get(BASE);
    if (frame.width === width && frame.height === height) return;
    if (this.#wrapper) {
      const [source] = this.#texture.source;
      source.width = width;
      source.height = height;
      frame.setSize(width, height, 0, 0);
    } else (this.#texture as Textures.CanvasTexture).setSize(width, height);
  }

  destroy(): void {
    const { textures } = this.#game;
    if (textures.exists(this.key)) textures.remove(this.key);
  }
}

/**
 * An `ImageBitmap` comes into a texture with its top row first, whatever WebGL is told. Phaser 3 draws such textures; Phaser 4 draws those with the bottom row first, so there the
 * frame's texture coordinates, and those of what is cropped from it, are turned over.
 */
function standUpright(frames: Record<string, Textures.Frame>): void {
  const frame = frames[BASE];
  if (frame.v0 < frame.v1) return;
  const turn = (uv: { v0: number; v1: number }): void => {
    uv.v0 = 1 - uv.v0;
    uv.v1 = 1 - uv.v1;
  };
  const { updateUVs, setCropUVs } = frame;
  frame.updateUVs = () => {
    updateUVs.call(frame);
    turn(frame);
    return frame;
  };
  frame.setCropUVs = (crop, ...rest) => {
    setCropUVs.call(frame, crop, ...rest);
    turn(crop as { v0: number; v1: number });
    return crop;
  };
  turn(frame);
}

function isWebGL(renderer: Game['renderer']): renderer is Renderer.WebGL.WebGLRenderer {
  return Boolean((renderer as { gl?: unknown } | null)?.gl);
}

/** Phaser gives null for a key that is taken; ours are new. */
function present<T>(texture: T | null): T {
  if (!texture) throw new Error('Phaser made no texture');
  return texture;
}
