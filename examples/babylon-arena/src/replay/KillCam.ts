import { Color4 } from '@babylonjs/core/Maths/math.color.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { AdvancedDynamicTexture } from '@babylonjs/gui/2D/advancedDynamicTexture.js';
import { Control } from '@babylonjs/gui/2D/controls/control.js';
import { Rectangle } from '@babylonjs/gui/2D/controls/rectangle.js';
import { TextBlock } from '@babylonjs/gui/2D/controls/textBlock.js';
import type { SgapsRecorder } from '@sgaps/babylon';
import { ReplayLayer } from '@sgaps/babylon/replay';

/** Where the picture is, in fractions of the canvas. */
const RECT = { x: 0.57, y: 0.56, width: 0.4, height: 0.4 };
/** Seconds shown before and after the player went down. */
const BEFORE = 3.2;
const AFTER = 0.8;
/** ms until what came after has been recorded and sent, and that the server may take to tell of the moment. */
const SOON = 1200;
const TOLD = 800;
const SKIP = 'KeyX';
const MARKER = 'down';

type Player = NonNullable<ReplayLayer['player']>;

/** What is on the screen while the kill-cam runs. */
interface Showing {
  readonly layer: ReplayLayer;
  readonly label: AdvancedDynamicTexture;
}

/**
 * Shows the last seconds again when the player went down, in a corner of the picture: from the very session that is being recorded.
 * Where that cannot be had the game goes on without.
 */
export class KillCam {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private showing: Showing | undefined;

  constructor(
    private readonly scene: Scene,
    private readonly recorder: SgapsRecorder,
    private readonly server: string,
  ) {
    window.addEventListener('keydown', ({ code }) => {
      if (code === SKIP) this.stop();
    });
  }

  /** The player went down. */
  start(): void {
    this.stop();
    this.recorder.marker(MARKER);
    this.timer = setTimeout(() => this.show(), SOON);
  }

  /** The game goes on, or the player has seen enough. */
  stop(): void {
    clearTimeout(this.timer);
    this.showing?.label.dispose();
    this.showing?.layer.dispose();
    this.showing = undefined;
  }

  private show(): void {
    const { recordingId } = this.recorder;
    if (!recordingId) return;
    const source = { server: this.server, recording: recordingId };
    const frame = { thickness: 3, color: Color4.FromHexString('#ffd166ff') };
    const layer = new ReplayLayer('kill-cam', { source, rect: RECT, frame }, this.scene);
    layer.isVisible = false; // until there is something to see
    const label = createLabel(this.scene);
    const showing = { layer, label };
    this.showing = showing;
    layer.onReadyObservable.addOnce((player) => {
      // The end of what there is; where the player went down is told next.
      player.currentTime = Math.max(0, player.duration - BEFORE - AFTER);
      whenDown(player).then((down) => {
        if (this.showing !== showing) return;
        play(player, down);
        layer.texture.onFrameObservable.addOnce(() => {
          layer.isVisible = true;
          label.rootContainer.isVisible = true;
        });
      });
    });
    const end = () => {
      if (this.showing === showing) this.stop();
    };
    layer.onEndedObservable.addOnce(end);
    layer.onErrorObservable.addOnce(({ message }) => {
      console.info(`No kill-cam: ${message}`);
      end();
    });
  }
}

/** Seconds into the session; the last of what there is where the server does not tell in time. */
function whenDown(player: Player): Promise<number> {
  return new Promise((resolve) => {
    const look = () => {
      // An earlier end has the same name.
      const since = player.duration - 2 * (BEFORE + AFTER);
      const marker = player.markers.findLast(({ name, time }) => name === MARKER && time > since);
      if (marker) done(marker.time);
    };
    const done = (down: number) => {
      clearTimeout(timer);
      player.removeEventListener('markerschange', look);
      resolve(down);
    };
    const timer = setTimeout(() => done(player.duration - AFTER), TOLD);
    player.addEventListener('markerschange', look);
    look();
  });
}

function play(player: Player, down: number): void {
  const start = Math.max(0, down - BEFORE);
  player.range = { start, end: Math.max(start + 0.1, down + AFTER) };
  player.currentTime = start;
  // What goes wrong is told by the layer.
  player.play().catch(() => undefined);
}

/** Made after the layer, so that it lies over it. */
function createLabel(scene: Scene): AdvancedDynamicTexture {
  const ui = AdvancedDynamicTexture.CreateFullscreenUI('kill-cam label', true, scene);
  ui.rootContainer.isVisible = false;
  const area = new Rectangle();
  area.thickness = 0;
  area.left = `${(RECT.x + RECT.width / 2 - 0.5) * 100}%`;
  area.top = `${(RECT.y + RECT.height / 2 - 0.5) * 100}%`;
  area.width = `${RECT.width * 100}%`;
  area.height = `${RECT.height * 100}%`;
  ui.addControl(area);
  const { HORIZONTAL_ALIGNMENT_LEFT: LEFT, HORIZONTAL_ALIGNMENT_RIGHT: RIGHT } = Control;
  chip(area, '● REPLAY', '#ffd166', LEFT, Control.VERTICAL_ALIGNMENT_TOP);
  chip(area, 'X skips', '#ffffff', RIGHT, Control.VERTICAL_ALIGNMENT_BOTTOM);
  return ui;
}

function chip(area: Rectangle, words: string, colour: string, across: number, down: number): void {
  const box = new Rectangle();
  box.thickness = 0;
  box.background = '#0b0f16c0';
  box.adaptWidthToChildren = box.adaptHeightToChildren = true;
  box.horizontalAlignment = across;
  box.verticalAlignment = down;
  area.addControl(box);
  const text = new TextBlock('', words);
  text.fontFamily = "'Trebuchet MS', 'DejaVu Sans', sans-serif";
  text.fontSizeInPixels = 12;
  text.fontWeight = 'bold';
  text.color = colour;
  text.resizeToFit = true;
  text.setPaddingInPixels(3, 7, 3, 7);
  box.addControl(text);
}
