import { type ReplayInfo, type ReplayListener, ReplayPlayer, type ReplaySource } from '@sgaps/client/player';
import { createContext } from '@sgaps/phaser';
import { type SgapsReplay, type SgapsReplayOptions, SgapsReplayPlugin } from '@sgaps/phaser/replay';
import { LIVE_EDGE, SgapsError } from '@sgaps/protocol';
import * as Phaser from 'phaser';

const WIDTH = 96;
const HEIGHT = 54;
const FPS = 30;
const STAGE = { width: 320, height: 180 };
const BACKGROUND = [0x20, 0x40, 0x60];
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Pixels of a frame: no two rows, columns or frames are alike. */
function paint(frame: number, width = WIDTH, height = HEIGHT): ImageData {
  const image = new ImageData(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      image.data.set([(x * 2 + frame) % 256, (y * 4 + 40) % 256, (x * y + 7 * frame) % 256, 255], at);
    }
  return image;
}

/** Answers every time with the frame of it, and keeps what was asked. */
class PaintedSource implements ReplaySource {
  readonly asked: number[] = [];
  closed = 0;
  /** Newest frame, for the live edge. */
  newest = 200;
  #listener: ReplayListener | null = null;
  #live = false;
  constructor(readonly refusal: SgapsError | null = null) {}

  async open(listener: ReplayListener): Promise<ReplayInfo> {
    await wait(5);
    if (this.refusal) throw this.refusal;
    this.#listener = listener;
    const about = { recordingId: 'a1', game: 'painted', engine: 'none', startedAt: 0, values: [] };
    setTimeout(() => listener.markers([{ time: 1.5, name: 'boss', data: null }]));
    return { ...about, width: WIDTH, height: HEIGHT, fps: FPS, duration: 10, growing: true };
  }
  request(time: number): void {
    this.asked.push(time);
    this.#live = time === LIVE_EDGE;
    const frame = this.#live ? this.newest : Math.floor(Math.min(time, 10) * FPS + 1e-3);
    queueMicrotask(() => this.send(frame));
  }
  /** A frame is recorded. */
  grow(): void {
    this.newest++;
    this.#listener?.growth(this.newest / FPS, true);
    if (this.#live) this.send(this.newest);
  }
  send(frame: number): void {
    const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
    canvas.getContext('2d')?.putImageData(paint(frame), 0, 0);
    const [time, previous, next] = [frame, frame - 1, frame + 1].map((n) => n / FPS);
    this.#listener?.frame({
      image: canvas.transferToImageBitmap(),
      time,
      frameId: frame,
      previous,
      next,
      depth: null,
      refined: false,
    });
  }
  /** Nothing more is recorded. */
  finish(): void {
    this.#listener?.growth(10, false);
  }
  stall(stalled: boolean): void {
    this.#listener?.connection(stalled);
  }
  fail(error: SgapsError): void {
    this.#listener?.failed(error);
  }
  overlays(): void {
    // Has none.
  }
  async thumbnail(): Promise<null> {
    return null;
  }
  async close(): Promise<void> {
    this.closed++;
  }
}

/** A game that is drawn when the test says so. */
class Stage {
  readonly errors: string[] = [];
  #now = 0;
  private constructor(
    readonly game: Phaser.Game,
    readonly scene: Phaser.Scene,
    readonly canvas: HTMLCanvasElement,
  ) {
    window.addEventListener('error', ({ message }) => this.errors.push(message));
    window.addEventListener('unhandledrejection', ({ reason }) => this.errors.push(String(reason)));
  }

  static async open(kind: 'webgl' | 'webgl2' | 'canvas' = 'webgl', antialias = false): Promise<Stage> {
    const canvas = document.createElement('canvas');
    document.body.append(canvas);
    const context = kind === 'webgl2' ? createContext(canvas, { antialias: false }) : undefined;
    const game = new Phaser.Game({
      ...{ type: kind === 'canvas' ? Phaser.CANVAS : Phaser.WEBGL, canvas, ...STAGE, antialias, antialiasGL: false },
      ...(context ? { context: context as unknown as CanvasRenderingContext2D } : {}),
      ...{ backgroundColor: '#204060', banner: false, audio: { noAudio: true }, scale: { mode: Phaser.Scale.NONE } },
      plugins: { global: [{ key: 'sgapsReplay', plugin: SgapsReplayPlugin, start: true }] },
    });
    await new Promise<void>((resolve) => game.events.once('ready', () => resolve()));
    game.loop.stop();
    await wait(20);
    const scene = game.scene.add('stage', class extends Phaser.Scene {}, true) as Phaser.Scene;
    return new Stage(game, scene, canvas);
  }

  get gl(): WebGLRenderingContext | null {
    return (this.game.renderer as { gl?: WebGLRenderingContext }).gl ?? null;
  }
  /** Textures of Phaser's, and of WebGL's. */
  get textures(): number[] {
    const { glTextureWrappers = [] } = this.game.renderer as { glTextureWrappers?: unknown[] };
    return [
      Object.keys(this.game.textures.list).length,
      glTextureWrappers.length,
      this.scene.sys.events.listenerCount('prerender'),
    ];
  }
  /** Draws a frame of the game; gives its pixels, top row first. */
  step(ms = 1000 / 60): Uint8ClampedArray {
    this.#now += ms;
    const { width, height } = STAGE;
    const pixels = new Uint8ClampedArray(4 * width * height);
    this.game.events.once('postrender', () => {
      const { gl } = this;
      if (!gl) pixels.set(this.canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? []);
      else {
        const raw = new Uint8Array(pixels.length);
        gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, raw);
        for (let y = 0; y < height; y++)
          pixels.set(raw.subarray(4 * y * width, 4 * (y + 1) * width), 4 * (height - 1 - y) * width);
      }
    });
    this.game.step(this.#now, ms);
    return pixels;
  }
  /** Draws until no tween runs: they go by the clock of the machine. */
  async settle(): Promise<void> {
    do {
      this.step();
      await wait(10);
    } while (this.scene.tweens.getTweens().length > 0);
  }
  /** Adds a replay with its top left corner at (10, 20). */
  async add(source: SgapsReplayOptions['source'], options: Partial<SgapsReplayOptions> = {}): Promise<SgapsReplay> {
    const replay = this.scene.add.sgapsReplay(10, 20, { source, smooth: false, ...options }).setOrigin(0);
    await replay.ready;
    await wait(1);
    return replay;
  }
  async close(): Promise<void> {
    const destroyed = new Promise<void>((resolve) => this.game.events.once('destroy', () => resolve()));
    this.game.destroy(true);
    (this.game as unknown as { step(time: number, delta: number): void }).step(this.#now, 1);
    await destroyed;
  }
}

/** Pixels of the stage that are not those of `frame`, of a picture at (10, 20). */
function wrong(stage: Uint8ClampedArray, frame: number): number {
  const { data } = paint(frame);
  let count = 0;
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++)
      for (let c = 0; c < 3; c++)
        if (stage[4 * ((y + 20) * STAGE.width + x + 10) + c] !== data[4 * (y * WIDTH + x) + c]) {
          count++;
          break;
        }
  return count;
}

/** Pixels that differ by more than rounding does. */
function differing(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
  let count = 0;
  for (let i = 0; i < a.length; i += 4) if ([0, 1, 2].some((c) => Math.abs(a[i + c] - b[i + c]) > 2)) count++;
  return count;
}

function covered(pixels: Uint8ClampedArray): number {
  let count = 0;
  for (let i = 0; i < pixels.length; i += 4) if (BACKGROUND.some((value, c) => Math.abs(pixels[i + c] - value) > 2)) count++;
  return count;
}

interface Filtered {
  enableFilters?(): { filters: { external: { addMask(mask: object): void } } | null };
}
type Picture = Phaser.GameObjects.Image;
/** What can be done to any image; each is done to a replay and to an image of the same pixels. */
const LOOKS: Record<string, (picture: Picture, scene: Phaser.Scene) => void> = {
  plain: () => undefined,
  origin: (picture) => picture.setOrigin(0.25, 1).setPosition(100, 100),
  scale: (picture) => picture.setScale(2, 1.7),
  rotation: (picture) => picture.setOrigin(0.5).setPosition(160, 90).setScale(1.7).setRotation(0.4),
  tint: (picture) => picture.setTint(0xff8040, 0x40ff80, 0x4080ff, 0xffffff),
  alpha: (picture) => picture.setAlpha(0.5),
  flip: (picture) => picture.setFlip(true, true),
  crop: (picture) => picture.setCrop(10, 6, 50, 20),
  'crop of a flipped one': (picture) => picture.setFlip(false, true).setCrop(10, 6, 50, 20),
  container: (picture, scene) => void scene.add.container(60, 30, [picture]).setRotation(-0.3).setScale(1.4),
  mask: (picture, scene) => {
    const shape = scene.make.graphics().fillStyle(0xffffff).fillCircle(58, 47, 25);
    // Phaser 4 masks by filters in WebGL.
    const { filters } = (picture as unknown as Filtered).enableFilters?.() ?? {};
    if (filters) filters.external.addMask(shape);
    else picture.setMask(shape.createGeometryMask());
  },
  tween: (picture, scene) => void scene.tweens.add({ targets: picture, x: 120, angle: 30, scale: 1.5, duration: 100 }),
};

/** How a replay differs from an image of the same pixels, in each look. */
async function looks(kind: 'webgl' | 'canvas') {
  const stage = await Stage.open(kind);
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  canvas.getContext('2d')?.putImageData(paint(30), 0, 0);
  stage.game.textures.addCanvas('painted', canvas);
  const outcome: Record<string, { wrong: number; changed: number; covered: number }> = {};
  let untouched: Uint8ClampedArray | null = null;
  for (const [name, look] of Object.entries(LOOKS)) {
    const pictures: Uint8ClampedArray[] = [];
    for (const make of [
      () => stage.add(new PaintedSource(), { currentTime: 1 }),
      async () => stage.scene.add.image(10, 20, 'painted').setOrigin(0),
    ]) {
      const picture = await make();
      look(picture, stage.scene);
      await stage.settle();
      pictures.push(stage.step());
      for (const object of [...stage.scene.children.list]) object.destroy();
      stage.step();
    }
    untouched ??= pictures[0];
    outcome[name] = {
      wrong: differing(pictures[0], pictures[1]),
      changed: differing(pictures[0], untouched),
      covered: covered(pictures[0]),
    };
  }
  const { errors } = stage;
  await stage.close();
  return { outcome, errors, version: Phaser.VERSION };
}

/** Frames one after the other, each compared pixel by pixel. */
async function frames(kind: 'webgl' | 'webgl2' | 'canvas') {
  const stage = await Stage.open(kind);
  const source = new PaintedSource();
  const poster = 0x305070;
  const early = stage.scene.add.sgapsReplay(10, 20, { source, smooth: false, poster, loading: '', width: WIDTH, height: HEIGHT });
  early.setOrigin(0);
  const before = stage.step();
  const at = 4 * (40 * STAGE.width + 40);
  const posterShown = [...before.slice(at, at + 3)];
  const uploads = { count: 0 };
  const { gl } = stage;
  for (const name of ['texImage2D', 'texSubImage2D'] as const) {
    const real = gl?.[name].bind(gl) as ((...args: unknown[]) => void) | undefined;
    const counted = (...args: unknown[]) => {
      uploads.count++;
      real?.(...args);
    };
    if (gl) Object.assign(gl, { [name]: counted });
  }
  await early.ready;
  const wrongs: number[] = [];
  const counts: number[] = [];
  for (const frame of [0, 1, 45, 299]) {
    await early.seek(frame / FPS);
    uploads.count = 0;
    // Of frames that come between two steps, only the newest is uploaded.
    source.send(frame + 1);
    source.send(frame);
    wrongs.push(wrong(stage.step(), frame), wrong(stage.step(), frame));
    counts.push(uploads.count);
  }
  const glErrors = gl?.getError() ?? 0;
  const { errors } = stage;
  await stage.close();
  return { posterShown, wrongs, counts, glErrors, errors };
}

/** The size of the object is the game's wish, whatever the frames' pixels. */
async function sizes() {
  const stage = await Stage.open();
  const sizes: number[][] = [];
  for (const options of [{}, { width: 48 }, { height: 108 }, { width: 40, height: 40 }]) {
    const replay = await stage.add(new PaintedSource(), { currentTime: 1, ...options });
    replay.setPosition(0, 0);
    sizes.push([replay.width, replay.height, replay.scaleX, covered(stage.step())]);
    replay.destroy();
  }
  await stage.close();
  return sizes;
}

/** Commands reach the player; the scene's pauses do too. */
async function commands() {
  const stage = await Stage.open();
  const source = new PaintedSource();
  const told: Record<string, unknown[]> = {};
  const replay = stage.scene.add.sgapsReplay(10, 20, { source, smooth: false, autoplay: true, currentTime: 1.4 }).setOrigin(0);
  for (const name of ['ready', 'timeupdate', 'marker', 'stall', 'playing', 'ended', 'error'])
    replay.on(name, (detail: unknown) => {
      told[name] = [...(told[name] ?? []), name === 'ready' ? detail === replay.player : detail];
    });
  const before = replay.player;
  const player = await replay.ready;
  const until = async (done: () => boolean) => {
    for (let i = 0; i < 400 && !done(); i++) await wait(5);
    return done();
  };
  const plays = await until(() => replay.currentTime > 1.6);
  replay.playbackRate = 4;
  const faster = player.playbackRate;
  const settled = async () => {
    await wait(60);
    const count = source.asked.length;
    await wait(150);
    return source.asked.length === count;
  };
  const { scene } = stage.scene;
  const held: boolean[] = [];
  for (const [stop, go] of [
    [() => scene.pause(), () => scene.resume()],
    [() => scene.sleep(), () => scene.wake()],
    [() => stage.game.events.emit('pause'), () => stage.game.events.emit('resume')],
  ]) {
    stop();
    stage.step();
    const still = player.paused && (await settled());
    const time = replay.currentTime;
    go();
    stage.step();
    held.push(still && (await until(() => replay.currentTime > time)));
  }
  await replay.pause();
  scene.pause();
  stage.step();
  scene.resume();
  stage.step();
  const staysPaused = player.paused && (await settled());
  scene.pause();
  stage.step();
  await replay.live();
  const waits = player.paused;
  scene.resume();
  stage.step();
  const live = await until(() => source.asked.at(-1) === LIVE_EDGE && player.isLive);
  await wait(20);
  source.grow();
  await wait(5);
  const edge = wrong(stage.step(), source.newest);
  await replay.pause();
  await replay.seek(2);
  const sought = [source.asked.at(-1), wrong(stage.step(), 60)];
  replay.currentTime = 3;
  await until(() => replay.currentTime === 3);
  const assigned = wrong(stage.step(), 90);
  source.stall(true);
  source.stall(false);
  source.finish();
  await replay.seek(9.9);
  await replay.play();
  const ends = await until(() => told.ended !== undefined);
  stage.scene.tweens.add({ targets: replay, currentTime: { from: 1, to: 2 }, duration: 100 });
  await stage.settle();
  const tweened = wrong(stage.step(), 60);
  // One that is added while the scene is paused waits with its first frame.
  scene.pause();
  stage.step();
  const added = await stage.add(new PaintedSource(), { autoplay: true });
  await wait(100);
  const begins = [added.player?.paused, wrong(stage.step(), 0)];
  scene.resume();
  stage.step();
  begins.push(await until(() => added.currentTime > 0.1));
  const { errors } = stage;
  await stage.close();
  return {
    ...{
      before,
      begins,
      plays,
      faster,
      held,
      staysPaused,
      waits,
      live,
      edge,
      sought,
      assigned,
      ends,
      tweened,
      errors,
      closed: source.closed,
    },
    told: { ready: told.ready, marker: told.marker, stall: told.stall?.length, playing: told.playing?.length, error: told.error },
    times: (told.timeupdate ?? []).every((time) => typeof time === 'number' && time >= 0),
  };
}

/** What cannot be played says so on the object, and the game goes on. */
async function failures() {
  const stage = await Stage.open();
  const heard: string[] = [];
  const refused = stage.scene.add.sgapsReplay(10, 20, {
    ...{ source: new PaintedSource(new SgapsError('NOT_FOUND', 'There is no recording a1.')), poster: 0x101010, loading: '' },
    ...{ width: 120, height: 60, smooth: false },
  });
  refused.setOrigin(0).on('error', ({ code }: SgapsError) => heard.push(code));
  const blank = stage.step();
  const rejected = await refused.ready.then(
    () => null,
    ({ code }: SgapsError) => code,
  );
  void refused.play();
  const worded = differing(stage.step(), blank);
  refused.destroy();
  const source = new PaintedSource();
  const cut = await stage.add(source, { failed: ({ code }) => `Sorry: ${code}` });
  cut.on('error', ({ code }: SgapsError) => heard.push(code));
  const shown = stage.step();
  source.fail(new SgapsError('CLOSED', 'The transport went away.'));
  void cut.play();
  const afterwards = differing(stage.step(), shown);
  // A player that its owner disposed of while it is still on the screen.
  const player = await ReplayPlayer.open(new PaintedSource(), { currentTime: 1 });
  const orphan = await stage.add(player);
  const fine = stage.step();
  await player.dispose();
  orphan.setX(11).setX(10);
  const kept = differing(stage.step(), fine);
  const { errors } = stage;
  await stage.close();
  return { heard, rejected, worded, afterwards, kept, errors };
}

/** What is destroyed leaves nothing behind; what was given stays. */
async function destruction() {
  const stage = await Stage.open();
  stage.step();
  const before = stage.textures;
  const own = new PaintedSource();
  const given = new PaintedSource();
  const late = new PaintedSource();
  const player = await ReplayPlayer.open(given);
  const replays = [await stage.add(own, { autoplay: true }), await stage.add(player, { autoplay: true, playbackRate: 2 })];
  const rate = player.playbackRate;
  const opening = stage.scene.add.sgapsReplay(0, 0, { source: late });
  stage.step();
  const during = stage.textures;
  for (const replay of [...replays, opening]) replay.destroy();
  const rejected = await opening.ready.then(
    () => null,
    ({ code }: SgapsError) => code,
  );
  await wait(50);
  stage.step();
  const after = stage.textures;
  const still = !player.paused && player.error === null;
  const shut = [own.closed, given.closed, late.closed];
  // Leaving a scene destroys what is in it.
  const other = new PaintedSource();
  await stage.add(other);
  stage.game.scene.stop('stage');
  stage.step();
  await wait(10);
  const left = [other.closed, Object.keys(stage.game.textures.list).length - before[0]];
  const last = new PaintedSource();
  stage.game.scene.start('stage');
  stage.step();
  await stage.add(last);
  await player.dispose();
  await stage.close();
  await wait(10);
  return { before, during, after, rejected, still, rate, shut, left, last: last.closed, errors: stage.errors };
}

/** The context goes and comes back; the frame is there again, also one that came meanwhile. */
async function contextLoss() {
  const stage = await Stage.open();
  const source = new PaintedSource();
  const replay = await stage.add(source, { currentTime: 1 });
  const before = wrong(stage.step(), 30);
  const lose = stage.gl?.getExtension('WEBGL_lose_context');
  const outcome: number[] = [];
  for (const frame of [30, 60]) {
    const lost = new Promise((resolve) => stage.canvas.addEventListener('webglcontextlost', resolve, { once: true }));
    lose?.loseContext();
    await lost;
    await wait(20);
    if (frame === 60) await replay.seek(2);
    stage.game.step(1e6 + frame, 16);
    const restored = new Promise((resolve) => stage.canvas.addEventListener('webglcontextrestored', resolve, { once: true }));
    lose?.restoreContext();
    await restored;
    await wait(20);
    stage.step();
    outcome.push(wrong(stage.step(), frame));
  }
  await replay.seek(3);
  const after = wrong(stage.step(), 90);
  const { errors } = stage;
  await stage.close();
  return { before, outcome, after, errors };
}

Object.assign(window, { replayTests: { looks, frames, sizes, commands, failures, destruction, contextLoss } });
