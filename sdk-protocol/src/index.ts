export { ByteReader } from './bytes/ByteReader.js';
export { ByteWriter } from './bytes/ByteWriter.js';
export { isSgapsError, SgapsError, type SgapsErrorCode } from './errors.js';
export { LIMITS } from './limits.js';
export { assertCaptureGrid, fitCaptureGrid, type CaptureGrid } from './samples/CaptureGrid.js';
export {
  createSampleSet,
  SampleKind,
  type SampleRequest,
  type SampleSet,
  type SampleValues,
  type SeededSamples,
  Tier,
} from './samples/SampleSet.js';
export type { Camera2D, Camera3D, FrameState, StateSchema, StateValueField, TrackedObject } from './state/FrameState.js';
