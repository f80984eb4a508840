import { type GameObjects, Plugins } from 'phaser';
import type { SgapsReplayOptions } from './options.js';
import { SgapsReplay } from './SgapsReplay.js';

/**
 * Teaches a Phaser game (3.80+ or 4) `this.add.sgapsReplay(x, y, options)`: a global plugin, for the game's config. It does nothing else.
 *
 * @example
 * ```ts
 * new Phaser.Game({ scene: [Theatre], plugins: { global: [{ key: 'sgapsReplay', plugin: SgapsReplayPlugin, start: true }] } });
 * ```
 */
export class SgapsReplayPlugin extends Plugins.BasePlugin {
  /** Phaser makes the plugin; do not call. */
  constructor(manager: Plugins.PluginManager) {
    super(manager);
    // Stays for the games to come: factories are the engine's, not one game's.
    manager.registerGameObject(
      'sgapsReplay',
      function (this: GameObjects.GameObjectFactory, x: number, y: number, options: SgapsReplayOptions) {
        const { scene } = this as unknown as { scene: Phaser.Scene };
        return scene.sys.displayList.add(new SgapsReplay(scene, x, y, options));
      },
    );
  }
}
