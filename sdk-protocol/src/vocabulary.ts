// The words that everybody needs and no codec: what runs on a game's own thread imports these and nothing heavier.
export { isSgapsError, SgapsError, type SgapsErrorCode } from './errors.js';
export { LIMITS } from './limits.js';
export { assertCaptureGrid, type CaptureGrid, fitCaptureGrid } from './samples/CaptureGrid.js';
export { carriesDepth, codeToDepth, depthToCode, NO_DEPTH } from './samples/depthCode.js';
export { BLOCK_KIND, BLOCK_SAMPLES, BLOCK_SIDE, isSampleKind, levelOf, SampleKind, Tier } from './samples/SampleSet.js';
export { LIVE_EDGE } from './viewing/CameraFrame.js';
