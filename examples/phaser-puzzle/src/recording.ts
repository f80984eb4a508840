import { createContext, SgapsPlugin, type SgapsPluginOptions } from '@sgaps/phaser';
import { SgapsReplayPlugin } from '@sgaps/phaser/replay';
import type Phaser from 'phaser';
import type { GameOptions } from '../../shared/gameOptions.js';
import type { PuzzleWorld } from './sim/PuzzleWorld.js';

declare global {
  interface Window {
    /** Put there by `npm run demo`, which compares what is rebuilt with the true pictures. */
    sgapsTruth?: SgapsPluginOptions['onTruth'];
  }
}

/** Numbers that the player's page draws over time. */
const VALUES: SgapsPluginOptions['values'] = {
  score: { type: 'int', read: () => world()?.score ?? 0 },
  moves: { type: 'int', read: () => world()?.moves ?? 0 },
  chain: { type: 'int', read: () => world()?.chain ?? 0 },
};

function world(): PuzzleWorld | undefined {
  return window.sgapsGame?.registry.get('world') as PuzzleWorld | undefined;
}

/** For `this.add.sgapsReplay`. */
const REPLAYS = { key: 'sgapsReplay', plugin: SgapsReplayPlugin, start: true };

/**
 * All it takes to have the game recorded, a WebGL2 canvas and the plugin, and to show replays in it. Spread the result into the game config.
 * With `?record=0` nothing is recorded and the game runs as it would without SGAPS.
 */
export function recording(options: GameOptions, size: { width: number; height: number }): Partial<Phaser.Types.Core.GameConfig> {
  if (!options.record) return { plugins: { global: [REPLAYS] } };
  const canvas = document.createElement('canvas');
  canvas.width = size.width;
  canvas.height = size.height;
  const context = createContext(canvas, { antialias: true, alpha: false });
  const { endpoint, micros } = options;
  const data: SgapsPluginOptions = { endpoint, game: 'phaser-puzzle', micros, values: VALUES, onTruth: window.sgapsTruth };
  return {
    canvas,
    context,
    plugins: {
      global: [{ key: 'sgaps', plugin: SgapsPlugin, start: true, mapping: 'sgaps', data }, REPLAYS],
    },
  } as Partial<Phaser.Types.Core.GameConfig>;
}
