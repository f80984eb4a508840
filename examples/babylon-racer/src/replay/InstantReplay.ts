import { Color4 } from '@babylonjs/core/Maths/math.color.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { AdvancedDynamicTexture } from '@babylonjs/gui/2D/advancedDynamicTexture.js';
import { Control } from '@babylonjs/gui/2D/controls/control.js';
import { Rectangle } from '@babylonjs/gui/2D/controls/rectangle.js';
import type { SgapsRecorder } from '@sgaps/babylon';
import { ReplayLayer } from '@sgaps/babylon/replay';
import { addText } from '../hud/addText.js';

/** Where the picture is, in fractions of the canvas. */
const RECT = { x: 0.58, y: 0.2, width: 0.4, height: 0.4 };
/** ms until what came last has been recorded and sent. */
const SOON = 900;

/** What is on the screen while something is shown again. */
interface Showing {
  readonly layer: ReplayLayer;
  readonly label: AdvancedDynamicTexture;
}

/**
 * Shows the last seconds again in a corner of the picture, from the very session that is being recorded: what happened is on the server a
 * moment later. Where that cannot be had the race goes on without.
 */
export class InstantReplay {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private showing: Showing | undefined;

  constructor(
    private readonly scene: Scene,
    private readonly recorder: SgapsRecorder,
    private readonly server: string,
  ) {
    window.addEventListener('keydown', ({ code, repeat }) => {
      if (code === 'KeyX') this.stop();
      if (code === 'KeyR' && !repeat) this.show('REPLAY', 6);
    });
  }

  /** Shows so many seconds up to now, once they have been sent; what is being shown goes. */
  show(title: string, seconds: number): void {
    this.stop();
    this.timer = setTimeout(() => this.open(title, seconds), SOON);
  }

  /** The driver has seen enough. */
  stop(): void {
    clearTimeout(this.timer);
    this.showing?.label.dispose();
    this.showing?.layer.dispose();
    this.showing = undefined;
  }

  private open(title: string, seconds: number): void {
    const { recordingId } = this.recorder;
    if (!recordingId) return;
    const source = { server: this.server, recording: recordingId };
    const frame = { thickness: 3, color: Color4.FromHexString('#ffd166ff') };
    const layer = new ReplayLayer('instant replay', { source, rect: RECT, frame }, this.scene);
    layer.isVisible = false; // until there is something to see
    const showing = { layer, label: createLabel(title, this.scene) };
    this.showing = showing;
    const end = () => {
      if (this.showing === showing) this.stop();
    };
    layer.onReadyObservable.addOnce((player) => {
      const last = player.duration;
      player.range = { start: Math.max(0, last - seconds), end: last };
      player.currentTime = Math.max(0, last - seconds);
      player.play().catch(() => undefined); // told by the layer
      layer.texture.onFrameObservable.addOnce(() => {
        layer.isVisible = true;
        showing.label.rootContainer.isVisible = true;
      });
    });
    layer.onEndedObservable.addOnce(end);
    layer.onErrorObservable.addOnce(({ message }) => {
      console.info(`No replay: ${message}`);
      end();
    });
  }
}

/** Made after the layer, so that it lies over it. */
function createLabel(title: string, scene: Scene): AdvancedDynamicTexture {
  const ui = AdvancedDynamicTexture.CreateFullscreenUI('replay label', true, scene);
  ui.rootContainer.isVisible = false;
  const area = new Rectangle();
  area.thickness = 0;
  // Its words lie outside: the picture has some of its own.
  area.clipChildren = false;
  area.left = `${(RECT.x + RECT.width / 2 - 0.5) * 100}%`;
  area.top = `${(RECT.y + RECT.height / 2 - 0.5) * 100}%`;
  area.width = `${RECT.width * 100}%`;
  area.height = `${RECT.height * 100}%`;
  ui.addControl(area);
  const { HORIZONTAL_ALIGNMENT_LEFT: LEFT, HORIZONTAL_ALIGNMENT_RIGHT: RIGHT } = Control;
  const { VERTICAL_ALIGNMENT_TOP: TOP, VERTICAL_ALIGNMENT_BOTTOM: BOTTOM } = Control;
  addText(area, { size: 13, colour: '#ffd166', across: LEFT, down: TOP, left: 0, top: -20 }).text = title;
  addText(area, { size: 12, colour: '#ffffff', across: RIGHT, down: BOTTOM, left: 0, top: 19 }).text = 'X skips';
  return ui;
}
