import { createContext, SgapsPlugin, type SgapsPluginOptions } from '@sgaps/phaser';
import { SgapsReplayPlugin } from '@sgaps/phaser/replay';
import type Phaser from 'phaser';
import type { GameOptions } from '../../shared/gameOptions.js';
import type { ArenaWorld } from './sim/world.js';

declare global {
  interface Window {
    /** Put there by `npm run demo`, which compares what is rebuilt with the true pictures. */
    sgapsTruth?: SgapsPluginOptions['onTruth'];
  }
}

/** Numbers that the player's page draws over time. */
const VALUES: SgapsPluginOptions['values'] = {
  score: { type: 'int', read: () => world()?.score ?? 0 },
  health: { type: 'int', read: () => world()?.player.health ?? 0 },
  drones: { type: 'int', read: () => world()?.drones.length ?? 0 },
};

function world(): ArenaWorld | undefined {
  return window.sgapsGame?.registry.get('world') as ArenaWorld | undefined;
}

/** For `this.add.sgapsReplay`. */
const REPLAYS = { key: 'sgapsReplay', plugin: SgapsReplayPlugin, start: true };

/**
 * All it takes to have the game recorded, a WebGL2 canvas and the plugin, and to show replays in it. Spread the result into the game config.
 * With `?record=0` it has replays alone and the game runs as it would without SGAPS.
 */
export function recording(options: GameOptions, size: { width: number; height: number }): Partial<Phaser.Types.Core.GameConfig> {
  if (!options.record) return { plugins: { global: [REPLAYS] } };
  const canvas = document.createElement('canvas');
  canvas.width = size.width;
  canvas.height = size.height;
  const context = createContext(canvas, { antialias: true, alpha: false });
  const { endpoint, micros } = options;
  const data: SgapsPluginOptions = { endpoint, game: 'phaser-arena', micros, values: VALUES, onTruth: window.sgapsTruth };
  return {
    canvas,
    context,
    plugins: {
      global: [{ key: 'sgaps', plugin: SgapsPlugin, start: true, mapping: 'sgaps', data }, REPLAYS],
    },
  } as Partial<Phaser.Types.Core.GameConfig>;
}
