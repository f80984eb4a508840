import { createContext, type MaskPredicate, SgapsPlugin, type SgapsPluginOptions } from '@sgaps/phaser';
import type Phaser from 'phaser';
import type { GameOptions } from '../../shared/gameOptions.js';
import type { Consent } from './Consent.js';
import type { Inn } from './sim/Inn.js';

declare global {
  interface Window {
    /** Put there by `npm run demo`, which compares what is rebuilt with the true pictures. */
    sgapsTruth?: SgapsPluginOptions['onTruth'];
  }
}

/** Name of every object that nobody else may see; what is in a container of this name is hidden, too. */
export const PRIVATE = 'private';

/** Picks them, for `sgaps.mask`: the hero's name wherever it stands, and letters. */
export const isPrivate: MaskPredicate = (object) => (object as { readonly name?: string }).name === PRIVATE;

/** Numbers that the player's page draws over time. No words: those go as they are. */
const VALUES: SgapsPluginOptions['values'] = {
  coins: { type: 'int', read: () => inn()?.coins ?? 0 },
  fame: { type: 'int', read: () => inn()?.fame ?? 0 },
  day: { type: 'int', read: () => inn()?.day ?? 0 },
};

function inn(): Inn | undefined {
  return window.sgapsGame?.registry.get('inn') as Inn | undefined;
}

/**
 * All it takes to have the game recorded, once the player has agreed: a WebGL2 canvas and the plugin. Spread the result into the game config.
 * With `?record=0` it is empty and the game runs as it would without SGAPS.
 */
export function recording(
  options: GameOptions,
  consent: Consent,
  size: { width: number; height: number },
): Partial<Phaser.Types.Core.GameConfig> {
  if (!options.record) return {};
  const canvas = document.createElement('canvas');
  canvas.width = size.width;
  canvas.height = size.height;
  const context = createContext(canvas, { antialias: false, alpha: false });
  const { endpoint, micros } = options;
  const data: SgapsPluginOptions = {
    ...{ endpoint, game: 'phaser-tavern', micros, values: VALUES, onTruth: window.sgapsTruth },
    consent: () => consent.ask(),
  };
  return {
    canvas,
    context,
    plugins: {
      global: [{ key: 'sgaps', plugin: SgapsPlugin, start: true, mapping: 'sgaps', data }],
    },
  } as Partial<Phaser.Types.Core.GameConfig>;
}
