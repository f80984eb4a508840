export { EXIT } from '../program/exits.js';
export { Progress, type ProgressState, type ProgressStream } from '../program/Progress.js';
export { runProgram } from '../program/runProgram.js';
export type { ClipFrame, ClipObject, ClipState } from './ClipState.js';
export { type FfmpegRun, startFfmpeg } from './ffmpeg.js';
export { fromFrameState } from './fromFrameState.js';
export { BYTES_PER_PIXEL, LOSSLESS_DEPTH, PLAYABLE_H264, type RawFormat, VideoWriter } from './VideoWriter.js';
