import type { OpenConnection } from '@sgaps/client';
import { type CaptureGrid, type FrameState, PixelPacketDecoder } from '@sgaps/protocol';
import { type BabylonPage, babylonGame } from './babylonGame.js';
import { depthCodes } from './depthCodes.js';
import type { PageGame } from './PageGame.js';
import { type PhaserPage, phaserGame } from './phaserGame.js';

/** What the capturing page offers to the command that drives it. */
export interface PageCapture {
  /** Puts a recorder of our own on the running game, whose packets stay in the page; returns the game's engine. */
  start(grid: CaptureGrid): Promise<PageGame['engine']>;
  /**
   * Steps the game by one frame and posts the drawn canvas as RGBA, bottom row first as `readPixels` gives it; before it, where the game draws
   * depth, the grid's depth codes (`depth=1`).
   */
  step(ms: number, post: string): Promise<void>;
  /** Ends the recording; the state of each frame as the plugin sent it, quantised. */
  finish(): readonly FrameState[];
}

interface CapturePage {
  readonly sgapsClock: { step(ms: number): void };
  readonly sgapsGame: PhaserPage | BabylonPage;
  sgapsCapture: PageCapture;
}

const TIER_BITS = [8, 5, 3, 3] as const;
const page = window as unknown as CapturePage;
const states: FrameState[] = [];
let game: PageGame | undefined;
let grid: CaptureGrid = { width: 0, height: 0 };
let pixels = new Uint8Array(0);
let depths = new Float32Array(0);

/** A connection to nobody: packets are read where they are made. */
function loopback(): OpenConnection {
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

function readCanvas({ gl, canvas: { width, height } }: PageGame): Uint8Array<ArrayBuffer> {
  const bound = gl.getParameter(gl.FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  if (pixels.length !== 4 * width * height) pixels = new Uint8Array(4 * width * height);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  gl.bindFramebuffer(gl.FRAMEBUFFER, bound);
  return pixels;
}

/** The grid's depth codes, or null where the game draws no depth. */
function readDepth(from: PageGame): Uint16Array<ArrayBuffer> | null {
  const map = from.depth();
  if (!map) return null;
  const { gl } = from;
  const { texture, width, height } = map;
  const bound = gl.getParameter(gl.FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
  const target = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, target);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  if (depths.length !== 4 * width * height) depths = new Float32Array(4 * width * height);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.FLOAT, depths);
  gl.bindFramebuffer(gl.FRAMEBUFFER, bound);
  gl.deleteFramebuffer(target);
  const codes = new Uint16Array(grid.width * grid.height);
  depthCodes(depths, width, height, grid, codes);
  return codes;
}

async function send(address: string, body: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>): Promise<void> {
  const answer = await fetch(address, { method: 'POST', body });
  if (!answer.ok) throw new Error(`The frame could not be stored: ${await answer.text()}`);
}

page.sgapsCapture = {
  async start(wanted) {
    grid = wanted;
    // Phaser's game has a scene too, but no engine.
    game = 'engine' in page.sgapsGame ? babylonGame(page.sgapsGame) : phaserGame(page.sgapsGame);
    await game.record(grid, async () => loopback());
    return game.engine;
  },

  async step(ms, post) {
    if (!game) throw new Error('sgapsCapture.start was not called.');
    page.sgapsClock.step(ms);
    // Both are read before the page goes on: the canvas is only the frame's until then.
    const codes = readDepth(game);
    const picture = readCanvas(game);
    if (codes) await send(`${post}?depth=1`, codes);
    await send(`${post}?width=${game.canvas.width}&height=${game.canvas.height}`, picture);
  },

  finish() {
    game?.stop();
    return states;
  },
};
