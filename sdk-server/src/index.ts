export type { Access, AccessOptions } from './access/Access.js';
export type { LimitOptions } from './access/ClientLimits.js';
export type { Grant, Scope } from './access/Grant.js';
export { type MadeToken, type TokenClaims, Tokens } from './access/Tokens.js';
export { ArchiveModels, type ArchiveModelsOptions, type FoundArchiveModel } from './archive/ArchiveModels.js';
export { NodeArchiveModel, type NodeArchiveModelOptions } from './archive/NodeArchiveModel.js';
export { type ExportOptions, type ExportProgress, type ExportResult, exportReplay } from './export/exportReplay.js';
export type { ExportFormat, ExportRequest } from './export/exportRequest.js';
export { readSampleGames } from './gallery/readSampleGames.js';
export type { GameFeature, GameFigures, SampleGame } from './gallery/SampleGame.js';
export { guardRequests } from './http/guardRequests.js';
export { mountHttp } from './http/httpApp.js';
export type { RunningSession } from './http/sessionRoutes.js';
export { type CreateInferenceOptions, createInference } from './inference/createInference.js';
export type { Inference } from './inference/Inference.js';
export type { InferenceFigures, Spread } from './inference/InferenceFigures.js';
export type { InferenceOptions } from './inference/InferenceOptions.js';
export { InferenceService } from './inference/InferenceService.js';
export { openModel } from './inference/openModel.js';
export { type InferenceChoice, type OpenInferenceOptions, openInference } from './inference/shared/openInference.js';
export type { Provider } from './inference/threadMessages.js';
export { LatencyTracker, type LatencyTrackerOptions } from './loop/LatencyTracker.js';
export { SessionLoop } from './loop/SessionLoop.js';
export type { ClientAllowance, RecordSink, SessionLoopOptions } from './loop/SessionLoopOptions.js';
export { FileShelf, type PackedState } from './playback/FileShelf.js';
export { nodeMachine } from './playback/nodeMachine.js';
export { type Prepared, type PrepareOptions, prepareRecording } from './playback/prepareRecording.js';
export { SeekCache, type SeekSaveOptions } from './playback/SeekCache.js';
export type { SeekFile } from './playback/SeekFile.js';
export { surveyInWorker, type WorkerSurvey, type WorkerSurveyOptions } from './playback/surveyInWorker.js';
export { zstdPacker } from './playback/zstdPacker.js';
export type { Cadence } from './rooms/Cadence.js';
export { REPLAY_CLOSE } from './rooms/closeCodes.js';
export { defineReplayRoom, REPLAY_MAX_PAYLOAD } from './rooms/define.js';
export type { Overload, OverloadFigures, OverloadOptions } from './rooms/Overload.js';
export type { ReplayRoomSettings } from './rooms/ReplayRoomSettings.js';
export { closeServices, openServices, type ReplayServices, type ServicesOptions } from './rooms/ReplayServices.js';
export { ReplaySocket } from './rooms/ReplaySocket.js';
export { type RecordingSplats, type ReplaySplatsOptions, replaySplats } from './splats/replaySplats.js';
export { type ServerOptions, type SgapsServer, startServer } from './startServer.js';
export {
  type AuditEntry,
  type AuditQuery,
  type AuditRow,
  type AuditTable,
  Catalog,
  type CatalogOptions,
  type CatalogQuery,
  type ExpendableQuery,
  type ExpendableRow,
  fileSource,
  type GameRow,
  type GameTable,
  type GameUsage,
  type KeyRow,
  type KeyTable,
  type RecordingFigures,
  type RecordingOwners,
  type RecordingRow,
  type RecordingStatus,
  RecordingStore,
  RecordingWriter,
  type RecordingWriterOptions,
  type Recovery,
  recoverRecording,
  type UnfinishedDeletion,
  zstdCompressor,
} from './storage/index.js';
export {
  type Removal,
  Retention,
  type RetentionPolicy,
  type SweepOptions,
  type SweepResult,
} from './storage/retention/Retention.js';
export { tuneCollector } from './tuneCollector.js';
export type { ViewingOptions } from './viewing/ViewingProcesses.js';
export type { DiskWatch } from './watching/DiskWatch.js';
export { type LogLevel, type LogOptions, openLog } from './watching/openLog.js';
export { type CheckState, type ReadinessCheck, ReadinessChecks, type ReadinessOptions } from './watching/ReadinessChecks.js';
export { hide, redact } from './watching/Redaction.js';
export { metrics } from './watching/registry.js';
