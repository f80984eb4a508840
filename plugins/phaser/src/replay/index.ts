export type { SgapsReplayOptions } from './options.js';
export { SgapsReplay } from './SgapsReplay.js';
export { SgapsReplayPlugin } from './SgapsReplayPlugin.js';
