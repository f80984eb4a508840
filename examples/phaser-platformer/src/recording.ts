import { createContext, SgapsPlugin } from '@sgaps/phaser';
import type Phaser from 'phaser';
import type { GameOptions } from '../../shared/gameOptions.js';

/**
 * All it takes to have the game recorded: a WebGL2 canvas and the plugin. Spread the result into the game config.
 * With `?record=0` it is empty and the game runs as it would without SGAPS.
 */
export function recording(options: GameOptions, size: { width: number; height: number }): Partial<Phaser.Types.Core.GameConfig> {
  if (!options.record) return {};
  const canvas = document.createElement('canvas');
  canvas.width = size.width;
  canvas.height = size.height;
  const context = createContext(canvas, { antialias: false, alpha: false });
  return {
    canvas,
    context,
    plugins: {
      global: [{ key: 'sgaps', plugin: SgapsPlugin, start: true, mapping: 'sgaps', data: { endpoint: options.endpoint, game: 'phaser-platformer' } }],
    },
  } as Partial<Phaser.Types.Core.GameConfig>;
}
