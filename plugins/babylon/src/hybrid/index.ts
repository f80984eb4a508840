export type { RemoteAxes } from './cameraOf.js';
export type { HybridViewOptions } from './HybridOptions.js';
export { HybridView } from './HybridView.js';
