export { createContext } from './createContext.js';
export { toGlsl300 } from './glsl300.js';
export type { MaskPredicate } from './MaskReader.js';
export type { SgapsPluginOptions } from './options.js';
export { SgapsPlugin } from './SgapsPlugin.js';
