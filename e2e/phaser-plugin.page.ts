import { areaSample, type RecorderConnection } from '@sgaps/client';
import { createContext, SgapsPlugin, type SgapsPluginOptions } from '@sgaps/phaser';
import {
  CoordinateCodec,
  createSampleSet,
  type PixelFrame,
  PixelPacketDecoder,
  type SampleRequest,
  type SampleSet,
} from '@sgaps/protocol';
import * as Phaser from 'phaser';
import { copyFrame } from './support/copyFrame.js';

interface Options {
  context: 'sgaps' | 'stock' | 'webgl2';
  sampler: boolean;
  antialias: boolean;
  alpha?: boolean;
  frames: number;
  /** Adds a Phaser 4 gradient, whose shader needs derivatives. */
  gradient?: boolean;
  fps?: number;
}

const GRID = { width: 320, height: 180 };
const STEP = 1000 / 60;
const nextTask = () => new Promise<void>((resolve) => requestAnimationFrame(() => resolve()));

class World extends Phaser.Scene {
  frame = 0;
  hero!: Phaser.GameObjects.Sprite;
  inner!: Phaser.GameObjects.Image;
  box!: Phaser.GameObjects.Container;
  sky!: Phaser.GameObjects.TileSprite;
  gradient = false;

  constructor() {
    super('world');
  }

  init(data: { gradient?: boolean }): void {
    this.gradient = data.gradient === true;
  }

  create(): void {
    const texture = this.textures.createCanvas('tiles', 64, 32) as Phaser.Textures.CanvasTexture;
    const pen = texture.context;
    for (let i = 0; i < 32; i++) {
      pen.fillStyle = `rgb(${(i * 37) % 256},${(i * 91) % 256},${(i * 53) % 256})`;
      pen.fillRect((i % 8) * 8, Math.floor(i / 8) * 8, 8, 8);
    }
    texture.refresh();
    texture.add(1, 0, 0, 0, 32, 32);
    texture.add(2, 0, 32, 0, 32, 32);
    this.sky = this.add.tileSprite(0, 0, 1600, 360, 'tiles').setOrigin(0).setScrollFactor(0.25, 0);
    for (let i = 0; i < 40; i++) this.add.image(40 * i, 300 + (i % 3) * 8, 'tiles', 1).setDepth(1);
    this.hero = this.add.sprite(200, 200, 'tiles', 2).setDepth(2).setTint(0x80ff40);
    this.inner = this.add.image(30, 10, 'tiles', 1).setAlpha(0.5);
    this.box = this.add.container(400, 150, [this.inner]).setDepth(3);
    this.add.graphics().fillStyle(0x3366ff).fillCircle(500, 120, 33).setDepth(4);
    this.add.text(20, 20, 'SGAPS', { fontSize: '20px' }).setScrollFactor(0).setDepth(5);
    const layer = this.add.layer([this.add.image(700, 80, 'tiles', 1)]);
    layer.setDepth(6).setAlpha(0.75);
    this.add.image(300, 100, 'tiles', 1).setBlendMode(Phaser.BlendModes.ADD).setDepth(7);
    this.add.image(330, 100, 'tiles', 1).setVisible(false);
    if (this.gradient) {
      const add = this.add as unknown as {
        gradient(config: object, x: number, y: number, w: number, h: number): { setDepth(d: number): void };
      };
      add
        .gradient(
          { bands: [{ start: 0, end: 1, colorStart: 0xff2200, colorEnd: 0x0022ff }], shape: { x: 0.3, y: 0.7 } },
          320,
          180,
          300,
          200,
        )
        .setDepth(8);
    }
    this.cameras.main.setZoom(1.25);
    this.scene.launch('hud');
  }

  override update(): void {
    const t = this.frame++;
    this.cameras.main.setScroll(7.5 * t, 2 * Math.sin(t / 9));
    this.hero
      .setPosition(200 + 9 * t, 200 + 30 * Math.sin(t / 7))
      .setRotation(t / 11)
      .setFlipX(t % 20 > 10);
    this.box.setRotation(-t / 23).setScale(1 + t / 100, 1);
    this.sky.tilePositionX = t;
  }
}

class Hud extends Phaser.Scene {
  heart!: Phaser.GameObjects.Image;
  constructor() {
    super('hud');
  }
  create(): void {
    this.heart = this.add.image(600, 30, 'tiles', 2);
  }
}

/** A server inside the page: asks for a fixed pattern, two frames ahead of what it got, and keeps every packet. */
class FakeServer implements RecorderConnection {
  isOpen = true;
  readonly bufferedAmount = 0;
  readonly packets: Uint8Array[] = [];
  readonly sets = new Map<number, SampleSet>();
  readonly #codec = new CoordinateCodec(GRID);
  readonly frames: PixelFrame[] = [];
  readonly welcome = { recordingId: 'fake', grid: GRID, tierBits: [8, 8, 8, 8] as const };
  closed = 0;
  #decoder = new PixelPacketDecoder({
    grid: GRID,
    schema: { values: [{ name: 'health', type: 'int' }] },
    tierBits: [8, 8, 8, 8],
    resolve: (id) => this.sets.get(id),
  });
  #ask: ((bytes: Uint8Array) => void) | null = null;
  #asked = 0;

  ask(upTo: number): void {
    const requests: SampleRequest[] = [];
    for (; this.#asked <= upTo; this.#asked++) {
      const explicit = createSampleSet(400);
      for (let i = 0; i < 400; i++) {
        explicit.u[i] = (i * 97 + this.#asked * 31) % 320;
        explicit.v[i] = (i * 61 + this.#asked * 17) % 180;
        explicit.kind[i] = i % 10 === 0 ? 1 + (i % 4) : 0;
        explicit.tier[i] = Math.floor(i / 100);
      }
      explicit.count = 400;
      requests.push({ frameId: this.#asked, explicit, seeded: [] });
    }
    if (requests.length === 0) return;
    const bytes = this.#codec.encode(requests);
    for (const request of this.#codec.decode(bytes)) this.sets.set(request.frameId, this.#codec.expand(request));
    this.#ask?.(bytes);
  }

  sendPixels(bytes: Uint8Array): void {
    this.packets.push(bytes.slice());
    const frames = this.#decoder.decode(bytes);
    this.frames.push(...frames.map(copyFrame));
    this.ask(frames[frames.length - 1].frameId + 6);
  }
  sendEvent(): void {
    // Not looked at here.
  }
  sendStats(): void {
    // Not looked at here.
  }
  onCoordinates(handler: (bytes: Uint8Array) => void): void {
    this.#ask = handler;
    this.ask(7);
  }
  onReset(): void {
    // Not looked at here.
  }
  onClosed(): void {
    // Not looked at here.
  }
  close(): void {
    this.isOpen = false;
    this.closed++;
  }
}

/** FNV-1a over 32-bit words, two lanes: enough to tell two pictures apart, and no time lost. */
function hash(pixels: Uint8Array<ArrayBuffer>): string {
  const words = new Uint32Array(pixels.buffer);
  let a = 0x811c9dc5;
  let b = 0x1000193;
  for (let i = 0; i < words.length; i++) {
    a = Math.imul(a ^ words[i], 0x01000193);
    b = Math.imul(b + words[i], 0x85ebca6b) ^ (b >>> 15);
  }
  return `${(a >>> 0).toString(16)}${(b >>> 0).toString(16)}`;
}

async function play(options: Options) {
  const canvas = document.createElement('canvas');
  document.body.append(canvas);
  const server = new FakeServer();
  const diagnostics: string[] = [];
  let now = 0;
  const data: SgapsPluginOptions = {
    connect: async () => server,
    grid: GRID,
    fps: options.fps ?? 60,
    clock: () => now,
    values: { health: { type: 'int', read: () => 100 - Math.floor(now / 100) } },
    onDiagnostic: (d) => diagnostics.push(`${d.code}: ${d.message}`),
  };
  const attributes = { antialias: options.antialias, alpha: options.alpha ?? false };
  const context =
    options.context === 'sgaps'
      ? createContext(canvas, attributes)
      : options.context === 'webgl2'
        ? canvas.getContext('webgl2', { ...attributes, stencil: true, depth: false })
        : undefined;
  const game = new Phaser.Game({
    type: Phaser.WEBGL,
    canvas,
    ...(context ? { context: context as unknown as CanvasRenderingContext2D } : {}),
    width: 640,
    height: 360,
    antialias: true,
    antialiasGL: options.antialias,
    transparent: options.alpha ?? false,
    backgroundColor: '#204060',
    banner: false,
    audio: { noAudio: true },
    scale: { mode: Phaser.Scale.NONE },
    plugins: options.sampler ? { global: [{ key: 'sgaps', plugin: SgapsPlugin, start: true, mapping: 'sgaps', data }] } : {},
  });
  await new Promise<void>((resolve) => game.events.once('ready', () => resolve()));
  game.loop.stop();
  await nextTask();
  const world = new World();
  game.scene.add('world', world, true, { gradient: options.gradient });
  game.scene.add('hud', new Hud(), false);
  const gl = (game.renderer as Phaser.Renderer.WebGL.WebGLRenderer).gl as unknown as WebGL2RenderingContext;
  const plugin = options.sampler ? (game.plugins.get('sgaps') as unknown as SgapsPlugin) : null;
  const hashes: string[] = [];
  const truth: { pixels: Uint8Array<ArrayBuffer>; frameId: number; expected: ReturnType<typeof expectation> }[] = [];
  let errors = 0;
  let mismatches = 0;
  let compared = 0;
  const pixels = new Uint8Array(4 * 640 * 360);
  game.events.on('postrender', () => {
    gl.readPixels(0, 0, 640, 360, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    if (plugin?.recorder && plugin.recorder.nextFrameId > truth.length) {
      truth.push({ pixels: pixels.slice(), frameId: plugin.recorder.nextFrameId - 1, expected: expectation(world) });
    }
  });
  for (let frame = 0; frame < options.frames; frame++) {
    now = frame * STEP;
    game.step(now, STEP);
    hashes.push(hash(pixels));
    if (gl.getError() !== 0) errors++;
    await nextTask();
  }
  const stats = plugin?.stats ?? null;
  const micros = stats?.micros;
  const marks = plugin?.recordingId;
  plugin?.stop();
  for (const frame of server.frames) {
    const { pixels: was } = truth[frame.frameId];
    const rgb = new Uint8Array(3);
    for (let i = 0; i < frame.samples.count; i++) {
      areaSample(was, 640, 360, GRID, frame.samples.u[i], frame.samples.v[i], frame.samples.kind[i], rgb, 0);
      compared++;
      if (rgb.some((value, c) => value !== frame.values.rgb[3 * i + c])) mismatches++;
    }
  }
  const result = {
    version: Phaser.VERSION,
    hashes,
    errors,
    diagnostics,
    recordingId: marks,
    closed: server.closed,
    sent: server.frames.length,
    bytes: server.packets.reduce((sum, packet) => sum + packet.length, 0),
    compared,
    mismatches,
    stats,
    micros,
    states: server.frames.map((frame) => ({
      frameId: frame.frameId,
      time: frame.clientTime,
      requestId: frame.requestId,
      state: frame.state,
      expected: truth[frame.frameId].expected,
    })),
  };
  const destroyed = new Promise<void>((resolve) => game.events.once('destroy', () => resolve()));
  game.destroy(true);
  (game as unknown as { step(time: number, delta: number): void }).step(now, STEP);
  await destroyed;
  canvas.remove();
  return result;
}

/** Where Phaser itself says things are, in grid pixels (half canvas pixels). */
function expectation(world: World) {
  const camera = world.cameras.main;
  const matrix = new Phaser.GameObjects.Components.TransformMatrix();
  const point = (object: Phaser.GameObjects.Sprite | Phaser.GameObjects.Image) => {
    const at = object.getWorldTransformMatrix(matrix);
    const z = camera.zoom;
    return {
      screenX: (z * (at.tx - camera.scrollX - 320) + 320) / 2,
      screenY: (z * (at.ty - camera.scrollY - 180) + 180) / 2,
      rotation: Math.atan2(at.b, at.a),
      width: (32 * z * at.scaleX) / 2,
      height: (32 * z * at.scaleY) / 2,
    };
  };
  return {
    zoom: camera.zoom,
    scrollX: camera.scrollX,
    scrollY: camera.scrollY,
    hero: point(world.hero),
    inner: point(world.inner),
    flipX: world.hero.flipX,
    tile: world.sky.tilePositionX,
  };
}

class Dots extends Phaser.Scene {
  frame = 0;
  moving!: Phaser.GameObjects.Image;
  constructor() {
    super('dots');
  }
  create(): void {
    const texture = this.textures.createCanvas('white', 16, 12) as Phaser.Textures.CanvasTexture;
    texture.context.fillStyle = '#fff';
    texture.context.fillRect(0, 0, 16, 12);
    texture.refresh();
    this.add.image(100, 60, 'white');
    this.moving = this.add.image(0, 0, 'white').setOrigin(0.25, 1);
  }
  override update(): void {
    const t = this.frame++;
    this.cameras.main.setScroll(0.37 * t, 0.61 * t);
    this.moving.setPosition(150 + 0.83 * t, 100 + 0.29 * t);
  }
}

/** Where a camera with `roundPixels` really drew two white boxes (canvas pixels), beside what the plugin reports. */
async function edges() {
  const canvas = document.createElement('canvas');
  document.body.append(canvas);
  const server = new FakeServer();
  let now = 0;
  const data: SgapsPluginOptions = {
    connect: async () => server,
    grid: GRID,
    fps: 60,
    batch: 1,
    clock: () => now,
    values: { health: { type: 'int', read: () => 0 } },
  };
  const game = new Phaser.Game({
    type: Phaser.WEBGL,
    canvas,
    context: createContext(canvas, { antialias: false }) as unknown as CanvasRenderingContext2D,
    width: 640,
    height: 360,
    pixelArt: true,
    banner: false,
    audio: { noAudio: true },
    scene: Dots,
    plugins: { global: [{ key: 'sgaps', plugin: SgapsPlugin, start: true, mapping: 'sgaps', data }] },
  });
  await new Promise<void>((resolve) => game.events.once('ready', () => resolve()));
  game.loop.stop();
  await nextTask();
  const gl = (game.renderer as Phaser.Renderer.WebGL.WebGLRenderer).gl as unknown as WebGL2RenderingContext;
  const pixels = new Uint8Array(4 * 640 * 360);
  const drawn: { left: number; top: number }[][] = [];
  game.events.on('postrender', () => {
    gl.readPixels(0, 0, 640, 360, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    const white = (x: number, y: number) => x >= 0 && y >= 0 && pixels[4 * ((359 - y) * 640 + x)] === 255;
    const corners: { left: number; top: number }[] = [];
    for (let y = 0; y < 360; y++)
      for (let x = 0; x < 640; x++) if (white(x, y) && !white(x - 1, y) && !white(x, y - 1)) corners.push({ left: x, top: y });
    drawn.push(corners);
  });
  for (let frame = 0; frame < 20; frame++) {
    now = frame * STEP;
    game.step(now, STEP);
    await nextTask();
  }
  (game.plugins.get('sgaps') as unknown as SgapsPlugin).stop();
  const reported = server.frames.map(({ state }) =>
    state.objects.map((object) => ({
      left: 2 * (object.x - object.scrollFactorX * state.cameras[0].viewX - object.originX * object.width),
      top: 2 * (object.y - object.scrollFactorY * state.cameras[0].viewY - object.originY * object.height),
      x: object.x,
    })),
  );
  const frames = server.frames.map((frame) => frame.frameId);
  game.destroy(true);
  (game as unknown as { step(time: number, delta: number): void }).step(now, STEP);
  canvas.remove();
  return { drawn: frames.map((frame) => drawn[frame + drawn.length - 20]), reported };
}

Object.assign(window, { play, edges });
