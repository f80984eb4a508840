import type { OpenConnection } from '@sgaps/client';
import { SgapsPlugin } from '@sgaps/phaser';
import { type CaptureGrid, type FrameState, PixelPacketDecoder } from '@sgaps/protocol';

/** What the capturing page offers to the command that drives it. */
export interface PageCapture {
  /** Puts a recorder of our own on the running game, whose packets stay in the page. */
  start(grid: CaptureGrid): Promise<void>;
  /** Steps the game by one frame and posts the drawn canvas as RGBA, bottom row first as `readPixels` gives it. */
  step(ms: number, post: string): Promise<void>;
  /** Ends the recording; the state of each frame as the plugin sent it, quantised. */
  finish(): readonly FrameState[];
}

interface CapturePage {
  readonly sgapsClock: { step(ms: number): void };
  readonly sgapsGame: { readonly canvas: HTMLCanvasElement; readonly renderer: { readonly gl?: WebGL2RenderingContext } };
  sgapsCapture: PageCapture;
}

const TIER_BITS = [8, 5, 3, 3] as const;
const page = window as unknown as CapturePage;
let pixels = new Uint8Array(0);
let plugin: SgapsPlugin | undefined;
const states: FrameState[] = [];

/** A connection to nobody: packets are read where they are made. */
function loopback(grid: CaptureGrid): OpenConnection {
  const decoder = new PixelPacketDecoder({ grid, schema: { values: [] }, tierBits: TIER_BITS, resolve: () => undefined });
  return {
    welcome: { recordingId: 'clip', grid, tierBits: TIER_BITS },
    isOpen: true,
    bufferedAmount: 0,
    sendPixels: (bytes) => {
      for (const frame of decoder.decode(bytes)) states[frame.frameId] = structuredClone(frame.state);
    },
    sendEvent: () => undefined,
    sendStats: () => undefined,
    onCoordinates: () => undefined,
    onReset: () => undefined,
    onClosed: () => undefined,
    close: () => undefined,
  };
}

page.sgapsCapture = {
  async start(grid) {
    plugin = new SgapsPlugin({ game: page.sgapsGame });
    plugin.init({ game: 'clip', fps: 240, batch: 1, grid, connect: async () => loopback(grid) });
    await plugin.record();
    if (!plugin.recorder) throw new Error('The plugin does not record this game.');
  },

  async step(ms, post) {
    page.sgapsClock.step(ms);
    const { canvas, renderer } = page.sgapsGame;
    const { gl } = renderer;
    if (!gl) throw new Error('The game does not draw with WebGL.');
    const bound = gl.getParameter(gl.FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    if (pixels.length !== 4 * canvas.width * canvas.height) pixels = new Uint8Array(4 * canvas.width * canvas.height);
    gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    gl.bindFramebuffer(gl.FRAMEBUFFER, bound);
    const answer = await fetch(`${post}?width=${canvas.width}&height=${canvas.height}`, { method: 'POST', body: pixels });
    if (!answer.ok) throw new Error(`The frame could not be stored: ${await answer.text()}`);
  },

  finish() {
    plugin?.stop();
    return states;
  },
};
