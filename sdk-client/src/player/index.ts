export type { ReplayPlayerEvent, ReplayPlayerEvents } from './PlayerEvents.js';
export type { PlayerTiming } from './PlayerTiming.js';
export { RemoteSource, type RemoteSourceOptions } from './RemoteSource.js';
export { ReplayPlayer } from './ReplayPlayer.js';
export type { ReplayPlayerOptions, ReplayRange } from './ReplayPlayerOptions.js';
export type {
  FrameOrigin,
  ReplayFigures,
  ReplayFrame,
  ReplayInfo,
  ReplayListener,
  ReplayMarker,
  ReplaySource,
  ReplayStates,
} from './ReplaySource.js';
