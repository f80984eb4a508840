import { createContext, SgapsPlugin, type SgapsPluginOptions } from '@sgaps/phaser';
import * as Phaser from 'phaser';
import { gpuOf, SIZE, type Stage, type StageRecording } from './Stage.js';

const SPRITES = 200;
const TILE = 32;
const COLUMNS = 60;
const ROWS = 24;

/** A tiled world, twice as large as the screen, with 200 sprites that move, turn and flip, a camera that scrolls, and a line of text. */
class Meadow extends Phaser.Scene {
  readonly #sprites: Phaser.GameObjects.Sprite[] = [];
  #score!: Phaser.GameObjects.Text;
  #steps = 0;

  constructor() {
    super('meadow');
  }

  create(): void {
    paintTextures(this.textures);
    const map = this.make.tilemap({ tileWidth: TILE, tileHeight: TILE, width: COLUMNS, height: ROWS });
    const tiles = map.addTilesetImage('tiles', 'tiles', TILE, TILE) as Phaser.Tilemaps.Tileset;
    const layer = map.createBlankLayer('ground', tiles) as Phaser.Tilemaps.TilemapLayer;
    for (let y = 0; y < ROWS; y++) for (let x = 0; x < COLUMNS; x++) layer.putTileAt((7 * x + 3 * y + ((x * y) % 5)) % 8, x, y);
    for (let i = 0; i < SPRITES; i++) {
      const sprite = this.add.sprite(0, 0, 'crowd', i % 16);
      sprite.setScale(0.75 + (i % 5) / 8);
      this.#sprites.push(sprite);
    }
    this.#score = this.add.text(8, 8, '', { fontSize: '16px' }).setScrollFactor(0);
  }

  override update(): void {
    const t = this.#steps++ / 60;
    for (const [i, sprite] of this.#sprites.entries()) {
      const angle = t * (0.4 + (i % 7) / 10) + i;
      sprite.setPosition(
        (COLUMNS * TILE) / 2 + (120 + ((i * 53) % 800)) * Math.cos(angle / 2),
        (ROWS * TILE) / 2 + ((i * 29) % 360) * Math.sin(angle),
      );
      sprite.setRotation(i % 3 === 0 ? angle : 0).setFlipX(Math.cos(angle) < 0);
    }
    this.cameras.main.setScroll(
      (COLUMNS * TILE - SIZE.width) * (0.5 + 0.5 * Math.sin(t / 5)),
      (ROWS * TILE - SIZE.height) * (0.5 + 0.5 * Math.cos(t / 7)),
    );
    if (this.#steps % 10 === 0) this.#score.setText(`score ${this.#steps}`);
  }
}

/** Ground tiles with a little structure, and sixteen small figures. */
function paintTextures(textures: Phaser.Textures.TextureManager): void {
  const tiles = textures.createCanvas('tiles', 8 * TILE, TILE) as Phaser.Textures.CanvasTexture;
  for (let i = 0; i < 8; i++) {
    for (let y = 0; y < TILE; y += 4) {
      for (let x = 0; x < TILE; x += 4) {
        const light = 30 + ((i * 11 + x * 5 + y * 3 + ((x * y) % 13)) % 14);
        tiles.context.fillStyle = `hsl(${90 + 8 * i} 35% ${light}%)`;
        tiles.context.fillRect(i * TILE + x, y, 4, 4);
      }
    }
  }
  tiles.refresh();
  const crowd = textures.createCanvas('crowd', 16 * TILE, TILE) as Phaser.Textures.CanvasTexture;
  for (let i = 0; i < 16; i++) {
    const pen = crowd.context;
    pen.fillStyle = `hsl(${i * 22} 80% 55%)`;
    pen.fillRect(i * TILE + 8, 8, 16, 20);
    pen.fillStyle = '#fff';
    pen.fillRect(i * TILE + 11, 11, 4, 4);
    pen.fillRect(i * TILE + 18, 11, 4, 4);
    crowd.add(i, 0, i * TILE, 0, TILE, TILE);
  }
  crowd.refresh();
}

/**
 * Starts the 2D game: Phaser 4 on the WebGL2 context that the plugin's `createContext` makes.
 *
 * @example
 * ```ts
 * const stage = await startPhaser();
 * ```
 */
export async function startPhaser(): Promise<Stage> {
  const canvas = document.createElement('canvas');
  document.body.append(canvas);
  const context = createContext(canvas, { antialias: false });
  if (!context) throw new Error('This browser has no WebGL2.');
  const game = new Phaser.Game({
    type: Phaser.WEBGL,
    canvas,
    context: context as unknown as CanvasRenderingContext2D,
    ...SIZE,
    antialias: false,
    banner: false,
    audio: { noAudio: true },
    scene: Meadow,
  });
  await new Promise<void>((resolve) => game.events.once('poststep', () => resolve()));
  const renderer = game.renderer as Phaser.Renderer.WebGL.WebGLRenderer;
  let recordings = 0;

  const record = async (options: SgapsPluginOptions): Promise<StageRecording> => {
    const key = `sgaps ${recordings++}`;
    const plugin = game.plugins.install(key, SgapsPlugin as never, true, undefined, {
      ...options,
      autoStart: false,
    }) as unknown as SgapsPlugin;
    await plugin.record();
    return {
      get stats() {
        return plugin.stats;
      },
      stop: () => game.plugins.removeGlobalPlugin(key),
    };
  };
  return {
    canvas,
    gl: context,
    gpu: gpuOf(context),
    viewport: () => ({ x: 0, y: 0, ...SIZE }),
    onBegin: (listener) => {
      game.events.on('prestep', listener);
      return () => game.events.off('prestep', listener);
    },
    onEnd: (listener) => {
      renderer.on('postrender', listener);
      return () => renderer.off('postrender', listener);
    },
    record,
  };
}
