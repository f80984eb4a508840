export type { ReplayFrame, ReplayInfo, ReplayListener, ReplayMarker, ReplaySource, ReplayStates } from './ReplaySource.js';
