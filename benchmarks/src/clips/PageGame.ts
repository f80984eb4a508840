import type { OpenConnection } from '@sgaps/client';
import type { CaptureGrid } from '@sgaps/protocol';

/**
 * A running sample game as the capturing page drives it, whatever its engine.
 *
 * @example
 * ```ts
 * const game: PageGame = pageGame(window.sgapsGame);
 * await game.record(grid, async () => loopback(grid));
 * ```
 */
export interface PageGame {
  readonly engine: 'phaser' | 'babylon';
  readonly canvas: { readonly width: number; readonly height: number };
  /** The game draws with it; throws where it draws with something else. */
  readonly gl: WebGL2RenderingContext;
  /** Puts a recorder of our own on the game, for its state. */
  record(grid: CaptureGrid, connect: () => Promise<OpenConnection>): Promise<void>;
  stop(): void;
  /** The game's camera-space depth of the frame just drawn, as R32F with its first row at the bottom; null where it draws none. */
  depth(): { readonly texture: WebGLTexture; readonly width: number; readonly height: number } | null;
}
