import { ArcRotateCamera } from '@babylonjs/core/Cameras/arcRotateCamera.js';
import type { AbstractEngine } from '@babylonjs/core/Engines/abstractEngine.js';
import { Color3 } from '@babylonjs/core/Maths/math.color.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { Scene } from '@babylonjs/core/scene.js';
import { AdvancedDynamicTexture } from '@babylonjs/gui/2D/advancedDynamicTexture.js';
import { Control } from '@babylonjs/gui/2D/controls/control.js';
import { TextBlock } from '@babylonjs/gui/2D/controls/textBlock.js';
import { ReplayScreenBehavior } from '@sgaps/babylon/replay';
import { ReplayTimeline } from '@sgaps/babylon/replay-timeline';
import { VIEW } from '../view.js';
import { type Cinema, createCinema } from './cinema.js';

/** Pixels: finer than the game, for the letters of the timeline. */
const SIZE = { width: 1280, height: 720 };
/** Seconds that an arrow key goes. */
const LEAP = 5;

/** A recording on the big screen of a cinema, with a timeline. It has the engine's canvas to itself. */
export class Theatre {
  readonly scene: Scene;
  private readonly cinema: Cinema;
  private readonly screen: ReplayScreenBehavior;
  /** One pixel, to see what light the picture throws. */
  private readonly mean = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  private readonly light = Color3.Black();

  constructor(
    private readonly engine: AbstractEngine,
    server: string,
    recording: string,
  ) {
    engine.setSize(SIZE.width, SIZE.height);
    this.scene = new Scene(engine);
    this.addCamera();
    this.cinema = createCinema(this.scene);
    this.screen = new ReplayScreenBehavior({ source: { server, recording }, autoplay: true, playOnPick: true });
    this.cinema.screen.addBehavior(this.screen);
    this.screen.texture?.onFrameObservable.add(({ image }) => this.look(image));
    this.addInterface(recording);
  }

  draw(): void {
    this.cinema.shine(this.light);
    this.scene.render();
  }

  /** Space plays and pauses, arrows go back and on, L goes to the live edge. True where the key is the theatre's. */
  key(code: string): boolean {
    const { player } = this.screen;
    const told = () => undefined; // by the screen
    if (code === 'Space') {
      if (player?.paused) player.play().catch(told);
      else player?.pause();
    } else if (code === 'ArrowLeft' || code === 'ArrowRight') {
      if (player) player.currentTime = Math.max(0, player.currentTime + (code === 'ArrowLeft' ? -LEAP : LEAP));
    } else if (code === 'KeyL') player?.live().catch(told);
    else return false;
    return true;
  }

  dispose(): void {
    this.scene.dispose();
    this.engine.setSize(VIEW.width, VIEW.height);
  }

  private addCamera(): void {
    const camera = new ArcRotateCamera('seat', -Math.PI / 2, 1.52, 21.5, new Vector3(0, 4.25, 15), this.scene);
    camera.fov = 0.62;
    camera.minZ = 0.2;
    [camera.lowerAlphaLimit, camera.upperAlphaLimit] = [-Math.PI / 2 - 0.35, -Math.PI / 2 + 0.35];
    [camera.lowerBetaLimit, camera.upperBetaLimit] = [1.36, 1.6];
    [camera.lowerRadiusLimit, camera.upperRadiusLimit] = [12, 26];
    camera.wheelDeltaPercentage = 0.02;
    camera.panningSensibility = 0;
    camera.inputs.removeByType('ArcRotateCameraKeyboardMoveInput'); // arrows are the timeline's
    camera.attachControl();
  }

  private addInterface(recording: string): void {
    const ui = AdvancedDynamicTexture.CreateFullscreenUI('theatre', true, this.scene);
    const timeline = new ReplayTimeline('timeline', this.screen, { accent: '#ffb454' });
    timeline.widthInPixels = 1040;
    timeline.topInPixels = -18;
    timeline.cornerRadius = 12;
    ui.addControl(timeline);
    const words = new TextBlock('words', `${recording}   ·   Space plays   ·   ← → ${LEAP} s   ·   Esc leaves`);
    words.fontFamily = 'system-ui, sans-serif';
    words.fontSizeInPixels = 15;
    words.color = '#c9b8a6';
    words.resizeToFit = true;
    words.verticalAlignment = Control.VERTICAL_ALIGNMENT_TOP;
    words.topInPixels = 14;
    ui.addControl(words);
    // Nothing of it is recorded, and the game reads its own keys.
    this.scene.attachControl();
  }

  private look(image: ImageBitmap): void {
    const { mean } = this;
    if (!mean) return;
    mean.imageSmoothingQuality = 'high';
    mean.drawImage(image, 0, 0, 1, 1);
    const [r, g, b] = mean.getImageData(0, 0, 1, 1).data;
    this.light.set(r / 255, g / 255, b / 255).scaleInPlace(1.5);
  }
}
