import type { RecordingOptions } from '@sgaps/client';

/**
 * The plugin's `data` in Phaser's game config: what every SGAPS recorder takes.
 *
 * @example
 * ```ts
 * const data: SgapsPluginOptions = { endpoint: 'ws://localhost:2567', game: 'platformer' };
 * ```
 */
export type SgapsPluginOptions = RecordingOptions;
