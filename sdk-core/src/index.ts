export { ArchiveDecoder } from './archive/ArchiveDecoder.js';
export { ArchiveEncoder, type ArchiveEncoderOptions } from './archive/ArchiveEncoder.js';
export type { ArchiveModel, CubeConditions } from './archive/ArchiveModel.js';
export { type ArchiveModelCard, parseArchiveModelCard } from './archive/ArchiveModelCard.js';
export { ARCHIVE, type ArchivePicture, type ArchiveShape } from './archive/ArchivePicture.js';
export {
  type ArchiveGraph,
  checkArchiveGraph,
  type GraphOutput,
  type GraphTensor,
  type GraphValue,
} from './archive/archiveGraphs.js';
export { type ArchiveGraphs, GraphArchiveModel } from './archive/GraphArchiveModel.js';
export { ALL_FEATURES, type LoopFeatures } from './features.js';
export type { Composition } from './memory/Composition.js';
export type { InnovationLog } from './memory/InnovationLog.js';
export type { LayeredMemory } from './memory/LayeredMemory.js';
export { Source } from './memory/SourceMap.js';
export { FrameEvidence } from './model/FrameEvidence.js';
export { FrameRefiner, MOST_DOUBT, type RefinedFrame } from './model/FrameRefiner.js';
export { type ModelCard, parseModelCard } from './model/ModelCard.js';
export { MODEL_PLANES, ModelInput } from './model/ModelInput.js';
export type { ModelBackend, ModelOutput } from './model/NeuralModel.js';
export {
  ARCHIVE_OVERLAYS,
  gradientOf,
  LAYERS_ALPHA,
  MOTIONS,
  OVERLAY_STYLES,
  type OverlayStyle,
  SOURCES,
  TIER_COLOURS,
  tableOf,
  tableOfKinds,
} from './overlays/overlayStyles.js';
export { AdaptiveLatencyCompensation, type AdaptiveLatencyOptions } from './plan/AdaptiveLatencyCompensation.js';
export { LightPlanner, type LightPlannerOptions } from './plan/LightPlanner.js';
export { Motion, PixelTrajectoryPredictor } from './plan/PixelTrajectoryPredictor.js';
export { SamplingPlanner } from './plan/SamplingPlanner.js';
export { ArchiveSource } from './playback/ArchiveSource.js';
export { archiveState, isArchiveState } from './playback/archiveState.js';
export type { FoundFrame } from './playback/FrameCache.js';
export type { Superseded } from './playback/FrameCursor.js';
export { FrameFinder, type FrameFinderOptions } from './playback/FrameFinder.js';
export { FrameSource } from './playback/FrameSource.js';
export { GapWatch } from './playback/GapWatch.js';
export { MemoryShelf } from './playback/MemoryShelf.js';
export { openReplaySource } from './playback/openReplaySource.js';
export {
  PLAYBACK_RATES,
  Playback,
  type PlaybackListener,
  type PlaybackState,
} from './playback/Playback.js';
export type { PlaybackMachine } from './playback/PlaybackMachine.js';
export { RecordingSurvey, type RecordingSurveyOptions } from './playback/RecordingSurvey.js';
export type { PlayedFrame, ReplaySource, ReplaySourceOptions } from './playback/ReplaySource.js';
export { type Figures, SessionFigures, sparseMean } from './playback/SessionFigures.js';
export { type Kept, ShelfSlots } from './playback/ShelfSlots.js';
export type { ShelfPlace, SnapshotShelf, StatePacker } from './playback/SnapshotShelf.js';
export { type StatePoints, StateSeries } from './playback/StateSeries.js';
export type { ProblemRegion } from './quality/problemRegions.js';
export { FEATURE_NAMES, QualityFeatures } from './quality/QualityFeatures.js';
export { QualityTarget, type QualityTargetOptions } from './quality/QualityTarget.js';
export { QUALITY_MODEL, type QualityModel } from './quality/qualityModel.js';
export { type QualityAssessment, SelfQualityAssessment } from './quality/SelfQualityAssessment.js';
export { DiffusionReconstructor } from './reconstruct/DiffusionReconstructor.js';
export type { Reconstructor, ReconstructorInput, ReconstructorOutput } from './reconstruct/Reconstructor.js';
export { type DecoderSnapshot, decodeDecoderSnapshot, encodeDecoderSnapshot } from './session/DecoderSnapshot.js';
export { type DecodedFrame, SessionDecoder } from './session/SessionDecoder.js';
export { type ReplicaFrame, SessionReplica, type SessionShape } from './session/SessionReplica.js';
