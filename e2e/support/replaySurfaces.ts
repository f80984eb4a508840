import { FreeCamera } from '@babylonjs/core/Cameras/freeCamera.js';
import { Engine } from '@babylonjs/core/Engines/engine.js';
import { Texture } from '@babylonjs/core/Materials/Textures/texture.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { Logger } from '@babylonjs/core/Misc/logger.js';
import { Scene } from '@babylonjs/core/scene.js';
import { ReplayLayer } from '@sgaps/babylon/replay';
import { type RemoteSourceOptions, ReplayPlayer } from '@sgaps/client/player';
import { SgapsReplayPlugin } from '@sgaps/phaser/replay';
import type { SgapsError } from '@sgaps/protocol';
import * as Phaser from 'phaser';

/** What shows a replay: a game object of Phaser's, a layer of Babylon's, `<sgaps-player>`, or a canvas and `ReplayPlayer` alone. */
export type SurfaceKind = 'phaser' | 'babylon' | 'element' | 'canvas';

/** Where a replay comes from, and pixels of what shows it. */
export interface SurfaceOptions extends Pick<RemoteSourceOptions, 'server' | 'recording' | 'encoder' | 'channel'> {
  readonly width: number;
  readonly height: number;
}

/** A replay on a page, commanded as a game or a page commands what shows it. */
export interface ReplaySurface {
  readonly element: HTMLElement;
  /** Rejects with what is told where it cannot be opened. */
  readonly ready: Promise<ReplayPlayer>;
  /** The errors told, by whoever shows it. */
  readonly errors: readonly SgapsError[];
  play(): unknown;
  pause(): unknown;
  seek(seconds: number): Promise<void>;
  live(): Promise<void>;
  rate(rate: number): void;
  /** Calls back in the task in which the canvas has been drawn. */
  drawn(take: (canvas: HTMLCanvasElement) => void): void;
  remove(): unknown;
}

Logger.LogLevels = Logger.ErrorLogLevel;

/** Puts a replay on the page. */
export function showReplay(kind: SurfaceKind, options: SurfaceOptions): ReplaySurface | Promise<ReplaySurface> {
  if (kind === 'phaser') return inPhaser(options);
  if (kind === 'babylon') return inBabylon(options);
  return kind === 'element' ? inElement(options) : onCanvas(options);
}

async function inPhaser({ width, height, ...source }: SurfaceOptions): Promise<ReplaySurface> {
  const canvas = canvasOf(width, height);
  const scene = await new Promise<Phaser.Scene>((resolve) => {
    new Phaser.Game({
      ...{
        type: Phaser.WEBGL,
        canvas,
        width,
        height,
        banner: false,
        audio: { noAudio: true },
        scale: { mode: Phaser.Scale.NONE },
      },
      plugins: { global: [{ key: 'sgapsReplay', plugin: SgapsReplayPlugin, start: true }] },
      scene: class extends Phaser.Scene {
        create(): void {
          resolve(this);
        }
      },
    });
  });
  const { game } = scene.sys;
  const replay = scene.add.sgapsReplay(0, 0, { source, width, height, smooth: false }).setOrigin(0);
  const errors: SgapsError[] = [];
  replay.on('error', (error: SgapsError) => errors.push(error));
  return {
    element: canvas,
    ready: replay.ready,
    errors,
    play: () => replay.play(),
    pause: () => replay.pause(),
    seek: (seconds) => replay.seek(seconds),
    live: () => replay.live(),
    rate: (rate) => (replay.playbackRate = rate),
    drawn: (take) => game.events.once('postrender', () => take(canvas)),
    remove: () => game.destroy(true),
  };
}

function inBabylon({ width, height, ...source }: SurfaceOptions): ReplaySurface {
  const canvas = canvasOf(width, height);
  const engine = new Engine(canvas, false, { alpha: false }, false);
  // It has made the canvas as large as it looks.
  engine.setSize(width, height);
  const scene = new Scene(engine);
  new FreeCamera('camera', new Vector3(0, 0, -10), scene);
  const layer = new ReplayLayer('replay', { source, samplingMode: Texture.NEAREST_SAMPLINGMODE }, scene);
  const errors: SgapsError[] = [];
  layer.onErrorObservable.add((error) => errors.push(error));
  engine.runRenderLoop(() => scene.render());
  const drawn = (take: (canvas: HTMLCanvasElement) => void) =>
    scene.onAfterRenderObservable.addOnce(() => {
      // Its shader may not be compiled yet.
      if (scene.layers.every((each) => each.isReady())) take(canvas);
      else drawn(take);
    });
  return {
    ...{ element: canvas, ready: layer.ready, errors, drawn },
    ...commandsOf(() => layer.player as ReplayPlayer),
    remove: () => {
      engine.dispose();
      canvas.remove();
    },
  };
}

function inElement({ width: _, height: __, ...source }: SurfaceOptions): ReplaySurface {
  const element = document.createElement('sgaps-player');
  for (const [name, value] of Object.entries(source)) if (value !== undefined) element.setAttribute(name, value);
  element.style.width = '960px';
  const errors: SgapsError[] = [];
  element.addEventListener('error', (event) => errors.push((event as unknown as CustomEvent<SgapsError>).detail));
  const ready = new Promise<ReplayPlayer>((resolve, reject) => {
    element.addEventListener('opened', () => resolve(element.player as ReplayPlayer), { once: true });
    element.addEventListener('error', () => reject(errors[0]), { once: true });
  });
  document.body.append(element);
  const press = () => element.shadowRoot?.querySelector<HTMLButtonElement>('.bar button.play')?.click();
  return {
    ...{ element, ready, errors },
    ...commandsOf(() => element.player as ReplayPlayer),
    play: press,
    pause: press,
    drawn: (take) => take(element.picture),
    remove: () => element.remove(),
  };
}

function onCanvas({ width, height, ...source }: SurfaceOptions): ReplaySurface {
  const canvas = canvasOf(width, height);
  const context = canvas.getContext('2d', { alpha: false });
  if (context) context.imageSmoothingEnabled = false;
  const errors: SgapsError[] = [];
  let player: ReplayPlayer | undefined;
  const open = async () => {
    player = await ReplayPlayer.open(source);
    player.addEventListener('frame', ({ detail: { image } }) => context?.drawImage(image, 0, 0, width, height));
    player.addEventListener('error', ({ detail }) => errors.push(detail));
    return player;
  };
  const ready = open();
  ready.catch((error: SgapsError) => errors.push(error));
  return {
    ...{ element: canvas, ready, errors },
    ...commandsOf(() => player as ReplayPlayer),
    drawn: (take) => take(canvas),
    remove: () => {
      canvas.remove();
      return player?.dispose();
    },
  };
}

function commandsOf(player: () => ReplayPlayer): Pick<ReplaySurface, 'play' | 'pause' | 'seek' | 'live' | 'rate'> {
  return {
    play: () => player().play(),
    pause: () => player().pause(),
    seek: (seconds) => player().seek(seconds),
    live: () => player().live(),
    rate: (rate) => (player().playbackRate = rate),
  };
}

function canvasOf(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  canvas.style.cssText = 'width: 480px; image-rendering: pixelated';
  document.body.append(canvas);
  return canvas;
}
