export { ALL_FEATURES, type LoopFeatures } from './features.js';
export type { Composition } from './memory/Composition.js';
export { AdaptiveLatencyCompensation, type AdaptiveLatencyOptions } from './plan/AdaptiveLatencyCompensation.js';
export { SamplingPlanner } from './plan/SamplingPlanner.js';
export { DiffusionReconstructor } from './reconstruct/DiffusionReconstructor.js';
export type { Reconstructor, ReconstructorInput, ReconstructorOutput } from './reconstruct/Reconstructor.js';
export { type DecodedFrame, SessionDecoder } from './session/SessionDecoder.js';
