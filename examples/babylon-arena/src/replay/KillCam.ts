import { Color4 } from '@babylonjs/core/Maths/math.color.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { AdvancedDynamicTexture } from '@babylonjs/gui/2D/advancedDynamicTexture.js';
import { Control } from '@babylonjs/gui/2D/controls/control.js';
import { Rectangle } from '@babylonjs/gui/2D/controls/rectangle.js';
import { TextBlock } from '@babylonjs/gui/2D/controls/textBlock.js';
import type { SgapsRecorder } from '@sgaps/babylon';
import { ReplayLayer } from '@sgaps/babylon/replay';

/** Where the picture is, in fractions of the canvas. */
const RECT = { x: 0.55, y: 0.53, width: 0.42, height: 0.42 };
/** Seconds shown before and after the player went down. */
const BEFORE = 3.2;
const AFTER = 0.8;
/** ms until what came after has been recorded and sent. */
const SOON = 1200;
const SKIP = 'KeyX';
const MARKER = 'down';

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
    layer.onReadyObservable.addOnce((player) => play(player));
    layer.texture.onFrameObservable.addOnce(() => {
      layer.isVisible = true;
      label.rootContainer.isVisible = true;
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

/** Plays the seconds around the moment that was marked; the last ones where the server does not know of it yet. */
function play(player: NonNullable<ReplayLayer['player']>): void {
  const down = player.markers.findLast(({ name }) => name === MARKER)?.time ?? player.duration - AFTER;
  const start = Math.max(0, down - BEFORE);
  player.range = { start, end: Math.max(start + 0.1, Math.min(down + AFTER, player.duration)) };
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
