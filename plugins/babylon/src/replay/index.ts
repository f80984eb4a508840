export { ReplayLayer, type ReplayLayerOptions } from './ReplayLayer.js';
export type { ReplayOptions } from './ReplayOptions.js';
export { ReplayScreenBehavior, type ReplayScreenOptions } from './ReplayScreenBehavior.js';
export { ReplayTexture, type ReplayTextureOptions } from './ReplayTexture.js';
