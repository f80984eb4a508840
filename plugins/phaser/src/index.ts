export { createContext } from './createContext.js';
export { toGlsl300 } from './glsl300.js';
export type { PluginConnection, RecordedValue, SgapsPluginOptions } from './options.js';
export { SgapsPlugin } from './SgapsPlugin.js';
