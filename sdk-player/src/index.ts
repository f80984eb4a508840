export type { ModelSource } from './model/ModelFile.js';
export { WebArchiveModel } from './model/WebArchiveModel.js';
export { WebModel, type WebModelOptions, type WebProvider } from './model/WebModel.js';
export { LocalSource, type LocalSourceOptions } from './player/LocalSource.js';
export type { ModelInfo, PlayerState, RecordingInfo } from './player/messages.js';
export { type PlayerEvents, type PlayerFrame, type PlayerOptions, RecordingPlayer } from './player/RecordingPlayer.js';
export { HttpSource } from './source/HttpSource.js';
export type { RecordingSource } from './source/openSource.js';
export { webCompressor } from './source/webCompressor.js';
