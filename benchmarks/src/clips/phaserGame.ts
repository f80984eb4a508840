import { SgapsPlugin } from '@sgaps/phaser';
import type { PageGame } from './PageGame.js';

/** What the Phaser sample games leave on the page. */
export interface PhaserPage {
  readonly canvas: HTMLCanvasElement;
  readonly renderer: { readonly gl?: WebGL2RenderingContext };
}

/**
 * A Phaser game on the capturing page; it has no depth.
 *
 * @example
 * ```ts
 * const game = phaserGame(window.sgapsGame);
 * ```
 */
export function phaserGame(page: PhaserPage): PageGame {
  let plugin: SgapsPlugin | undefined;
  return {
    engine: 'phaser',
    canvas: page.canvas,
    get gl() {
      if (!page.renderer.gl) throw new Error('The game does not draw with WebGL.');
      return page.renderer.gl;
    },
    async record(grid, connect) {
      plugin = new SgapsPlugin({ game: page });
      plugin.init({ game: 'clip', fps: 240, batch: 1, grid, connect });
      await plugin.record();
      if (!plugin.recorder) throw new Error('The plugin does not record this game.');
    },
    stop: () => plugin?.stop(),
    depth: () => null,
  };
}
