export { Connection, type ConnectionOptions, type RecordJoin } from './connection/Connection.js';
export { Recorder } from './recorder/Recorder.js';
export type { MicrosFigure, RecorderConnection, RecorderStats } from './recorder/RecorderConnection.js';
export type { RecorderDiagnostic, RecorderOptions } from './recorder/RecorderOptions.js';
export { areaEdgeBits, areaPicture, areaSample } from './sampler/areaSample.js';
export type { LoadedSamples, SampledFrame, Sampler, SamplerCounters, Viewport } from './sampler/Sampler.js';
export { WebGL2Sampler, type WebGL2SamplerOptions } from './sampler/WebGL2Sampler.js';
export { FrameStateBuffer, type Mutable } from './state/FrameStateBuffer.js';
export { ObjectTracker } from './state/ObjectTracker.js';
