import { createContext, SgapsPlugin, type SgapsPluginOptions } from '@sgaps/phaser';
import * as Phaser from 'phaser';
import { LOOK_FRAMES, LOOKS } from './looks.js';

/** How a stage is set. */
export interface PhaserStageOptions {
  readonly scene: Phaser.Scene;
  /** Options of the plugin; none: a game without it. */
  readonly data?: SgapsPluginOptions;
  readonly antialias?: boolean;
  /** Draws only when `step` is called, instead of with the display. */
  readonly stepped?: boolean;
}

/** A game of Phaser's on a canvas of 320 by 180, with or without the plugin. */
export interface PhaserStage {
  readonly game: Phaser.Game;
  readonly canvas: HTMLCanvasElement;
  readonly gl: WebGL2RenderingContext;
  readonly plugin: SgapsPlugin | null;
  /** Frames drawn so far. */
  readonly frames: number;
  /** Draws frame `frame` of a stepped game; gives a hash of the picture. */
  step(frame: number): Promise<string>;
  /** The picture last drawn, hashed; only in the task that drew it. */
  hash(): string;
  destroy(): Promise<void>;
}

const STEP = 1000 / 60;
const SIZE = { width: 320, height: 180 };
const nextFrame = () => new Promise<void>((resolve) => requestAnimationFrame(() => resolve()));

/** Starts a game and waits until its first frame is drawn. */
export async function startPhaserStage(options: PhaserStageOptions): Promise<PhaserStage> {
  const { data, antialias = false } = options;
  const canvas = document.createElement('canvas');
  document.body.append(canvas);
  const game = new Phaser.Game({
    type: Phaser.WEBGL,
    canvas,
    context: createContext(canvas, { antialias }) as unknown as CanvasRenderingContext2D,
    ...SIZE,
    antialias: true,
    antialiasGL: antialias,
    backgroundColor: '#204060',
    banner: false,
    audio: { noAudio: true },
    scale: { mode: Phaser.Scale.NONE },
    plugins: data ? { global: [{ key: 'sgaps', plugin: SgapsPlugin, start: true, mapping: 'sgaps', data }] } : {},
  });
  await new Promise<void>((resolve) => game.events.once('ready', () => resolve()));
  if (options.stepped) {
    game.loop.stop();
    await nextFrame();
  }
  game.scene.add('world', options.scene, true);
  const copy = new OffscreenCanvas(SIZE.width, SIZE.height).getContext('2d', { willReadFrequently: true });
  let frames = 0;
  game.events.on('postrender', () => frames++);

  const hash = () => {
    if (!copy) throw new Error('No 2D canvas');
    copy.drawImage(canvas, 0, 0);
    const words = new Uint32Array(copy.getImageData(0, 0, SIZE.width, SIZE.height).data.buffer);
    let h = 0x811c9dc5;
    for (let i = 0; i < words.length; i++) h = Math.imul(h ^ words[i], 0x01000193);
    return (h >>> 0).toString(16);
  };
  const step = async (frame: number) => {
    game.step(frame * STEP, STEP);
    const seen = hash();
    await nextFrame();
    return seen;
  };
  const destroy = async () => {
    const destroyed = new Promise<void>((resolve) => game.events.once('destroy', () => resolve()));
    game.destroy(true);
    if (options.stepped) (game as unknown as { step(time: number, delta: number): void }).step(0, STEP);
    await destroyed;
  };
  if (!options.stepped) while (frames === 0) await nextFrame();
  return {
    game,
    canvas,
    gl: (game.renderer as Phaser.Renderer.WebGL.WebGLRenderer).gl as unknown as WebGL2RenderingContext,
    plugin: data ? (game.plugins.get('sgaps') as unknown as SgapsPlugin) : null,
    get frames() {
      return frames;
    },
    step,
    hash,
    destroy,
  };
}

/** Tiles that scroll, boxes that turn: something new in every frame, the same in every run. */
export class Meadow extends Phaser.Scene {
  protected frame = 0;
  #boxes: Phaser.GameObjects.Image[] = [];

  constructor() {
    super('world');
  }

  create(): void {
    const texture = this.textures.createCanvas('tiles', 64, 32) as Phaser.Textures.CanvasTexture;
    for (let i = 0; i < 32; i++) {
      texture.context.fillStyle = `rgb(${(i * 37) % 160},${60 + ((i * 91) % 190)},${(i * 53) % 160})`;
      texture.context.fillRect((i % 8) * 8, Math.floor(i / 8) * 8, 8, 8);
    }
    texture.refresh();
    for (let i = 0; i < LOOKS; i++) texture.add(`box${i}`, 0, 8 * i, 0, 8, 16);
    this.add.tileSprite(0, 0, 1600, 180, 'tiles', '__BASE').setOrigin(0).setScrollFactor(0.5, 0);
    this.#boxes = Array.from({ length: 6 }, (_, i) => this.add.image(30 + 50 * i, 60 + 15 * i, 'tiles', 'box0').setScale(3, 1.5));
  }

  override update(): void {
    const t = this.frame++;
    this.cameras.main.setScroll(t, 0);
    for (const [i, box] of this.#boxes.entries()) {
      box.setFrame(`box${Math.floor(t / LOOK_FRAMES) % LOOKS}`);
      box.setPosition(30 + 50 * i + t, 60 + 15 * i + 8 * Math.sin(t / 9)).setRotation(t / 11 + i);
    }
  }
}
