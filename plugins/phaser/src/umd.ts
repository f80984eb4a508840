/** What a page without a bundler gets as `SgapsPhaser`: the recorder and the replays. */
export { createContext, SgapsPlugin, toGlsl300 } from './index.js';
export { SgapsReplay, SgapsReplayPlugin } from './replay/index.js';
