export { Connection, type ConnectionOptions, type RecordJoin } from './connection/Connection.js';
export type { KeepOptions } from './connection/KeepingConnection.js';
export type { RecorderConnection } from './connection/RecorderConnection.js';
export type { CourierFault, CourierListener, CourierPort, CourierWelcome } from './courier/CourierPort.js';
export type { CourierFigures, FrameBatch, PackedRequest } from './courier/FrameBatch.js';
export { type CourierOpenOptions, openCourier } from './courier/openCourier.js';
export { type CostBudget, CostController, type CostLoad } from './recorder/CostController.js';
export { GameRecorder, type GameSurface, type SamplerWants } from './recorder/GameRecorder.js';
export { MaskList } from './recorder/MaskList.js';
export { Recorder } from './recorder/Recorder.js';
export type { RecorderDiagnostic, RecorderOptions } from './recorder/RecorderOptions.js';
export type { MicrosFigure, RecorderStats } from './recorder/RecorderStats.js';
export {
  type OpenConnection,
  PRESETS,
  type RecordedValue,
  type RecordingOptions,
  type ScreenRect,
} from './recorder/RecordingOptions.js';
export { type CanvasRecordingOptions, recordCanvas } from './recorder/recordCanvas.js';

export { type TierName, tierOf } from './recorder/TaggedRegions.js';
export { areaEdgeBits } from './sampler/areaEdgeBits.js';
export { AreaGather, areaPicture, areaSample } from './sampler/areaSample.js';

export { Canvas2dSampler, type Canvas2dSamplerOptions } from './sampler/Canvas2dSampler.js';
export { type ChosenSampler, createKnownSampler, type KnownSource, type SamplerOptions } from './sampler/createKnownSampler.js';
export { createSampler, type SamplerSource } from './sampler/createSampler.js';
export type { DepthTexture } from './sampler/DepthGather.js';
export {
  type LoadedSamples,
  MASK_LEVEL,
  type MaskRect,
  type PackedSamples,
  packSample,
  type SampledFrame,
  type SampleRun,
  type Sampler,
  type SamplerCounters,
  type SamplerKind,
  type Viewport,
} from './sampler/Sampler.js';
export { WebGL2Sampler } from './sampler/WebGL2Sampler.js';
export type { WebGL2SamplerOptions } from './sampler/WebGL2SamplerOptions.js';
export { WebGpuSampler, type WebGpuSamplerOptions } from './sampler/WebGpuSampler.js';
export { WorkerSampler, type WorkerSamplerOptions } from './sampler/WorkerSampler.js';
export type {
  WebGpuBuffer,
  WebGpuDevice,
  WebGpuEncoder,
  WebGpuPass,
  WebGpuPipeline,
  WebGpuSource,
  WebGpuTexture,
} from './sampler/webGpu.js';
export { WEBGL2_EXTRAS, type WebGL2Extras } from './sampler/webgl2Extras.js';
export { FrameStateBuffer, type Mutable } from './state/FrameStateBuffer.js';
export { ObjectTracker } from './state/ObjectTracker.js';
