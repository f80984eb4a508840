export { ByteReader } from './bytes/ByteReader.js';
export { ByteWriter } from './bytes/ByteWriter.js';
export { crc32c } from './bytes/crc32c.js';
export {
  codeSigned,
  codeUnsigned,
  createModel,
  type RangeCoder,
  resetModel,
  SIGNED_MODEL,
  UNSIGNED_MODEL,
} from './bytes/RangeCoder.js';
export { RangeDecoder } from './bytes/RangeDecoder.js';
export { RangeEncoder } from './bytes/RangeEncoder.js';
export { CoordinateCodec } from './coordinates/CoordinateCodec.js';
export { CoordinateDecoder } from './coordinates/CoordinateDecoder.js';
export { isSgapsError, SgapsError, type SgapsErrorCode } from './errors.js';
export { LIMITS } from './limits.js';
export { decodeMessage, encodeMessage } from './messages/envelope.js';
export { decodeKept, encodeKept, type KeptRecord, keptLength } from './messages/kept.js';
export { MessageType, PROTOCOL_VERSION, RoomName } from './messages/MessageType.js';
export type {
  ErrorMessage,
  GameEventMessage,
  NumbersMessage,
  RecordJoinOptions,
  WatchJoinOptions,
  WelcomeMessage,
} from './messages/messages.js';
export { RESTART } from './messages/messages.js';
export {
  parseErrorMessage,
  parseGameEvent,
  parseJoinOptions,
  parseNumbers,
  parseStateSchema,
  parseWelcome,
} from './messages/parseMessages.js';
export {
  decodePicture,
  encodePicture,
  OVERLAY_LAYERS,
  type OverlayLayer,
  type Picture,
  type PictureLayer,
} from './messages/picture.js';
export { assertPlainMsgpack } from './messages/plainMsgpack.js';
export { type FrameDigest, PacketDigestReader, type PacketDigestReaderOptions } from './packets/PacketDigestReader.js';
export { pixelPacketSpan } from './packets/PixelPacket.js';
export { type PixelFrame, PixelPacketDecoder, type PixelPacketDecoderOptions } from './packets/PixelPacketDecoder.js';
export {
  PixelPacketEncoder,
  type PixelPacketEncoderOptions,
  type PixelPacketOptions,
  type SampledFrame,
} from './packets/PixelPacketEncoder.js';
export { blockStep, precisionOf, QUANTISER_LIMIT } from './pixels/blockSteps.js';
export { forwardBlock, inverseBlock, ZIGZAG } from './pixels/blockTransform.js';
export { DEFAULT_TIER_BITS, type TierBits } from './pixels/PixelModel.js';
export {
  type ArchiveInfo,
  type ByteSource,
  type ChunkEntry,
  ChunkKind,
  type Compressor,
  type EventMarker,
  encodeFooter,
  encodeRecordingHeader,
  encodeSnapshot,
  type FooterIndex,
  groupEntries,
  isRecordingId,
  JOURNAL_HEADER_BYTES,
  JOURNAL_PREFIX_BYTES,
  type JournalContents,
  memorySource,
  NO_FRAME,
  parseJournal,
  planRecovery,
  RECORD_HEADER_BYTES,
  RECORDING,
  type RecordedEvent,
  type RecordingHeader,
  type RecordingIndex,
  RecordingReader,
  type RecordingReaderOptions,
  type RecordingRecord,
  type RecordingSnapshot,
  type RecordKind,
  type RecordQuery,
  type RecoveryPlan,
  readEvent,
  readRecordingHeader,
  sealEpoch,
  writeJournalHeader,
  writeJournalPrefix,
  writeRecordHeader,
} from './recording/index.js';
export { expandedCount } from './samples/blockPlaces.js';
export { assertCaptureGrid, type CaptureGrid, fitCaptureGrid } from './samples/CaptureGrid.js';
export { BlockCoding, type CodedBlocks } from './samples/CodedBlocks.js';
export { carriesDepth, codeToDepth, depthToCode, NO_DEPTH } from './samples/depthCode.js';
export {
  BLOCK_KIND,
  BLOCK_SAMPLES,
  BLOCK_SIDE,
  createSampleSet,
  isSampleKind,
  levelOf,
  SampleKind,
  type SampleRequest,
  type SampleSet,
  type SampleValues,
  type SeededSamples,
  Tier,
} from './samples/SampleSet.js';
export type { Camera2D, Camera3D, FrameState, StateSchema, StateValueField, TrackedObject } from './state/FrameState.js';
export { assertStateSchema } from './state/QuantisedState.js';
export { StateDecoder } from './state/StateDecoder.js';
export { StateEncoder } from './state/StateEncoder.js';
export { quantiseFrameState } from './state/StateModel.js';
export { type CameraFrame, LIVE_EDGE } from './viewing/CameraFrame.js';
export { encodeFifoHead, readFifoFrames } from './viewing/fifoFrames.js';
export { fromFloat16, toFloat16 } from './viewing/float16.js';
export {
  DEPTH_FAR,
  depthToHalf,
  depthToLuma,
  distanceOf,
  halvesToDepth,
  logDepth,
  lumaToDepth,
} from './viewing/logDepth.js';
export type { PacketStream } from './viewing/PacketStream.js';
export { encodePayloadHead, type RenderPayload, readPayloads } from './viewing/RenderPayload.js';
export { decodeRendererCamera, encodeRendererCamera, RENDERER_CAMERA_BYTES } from './viewing/rendererCamera.js';
export { STACKED_COLOUR_SPACE, type StackedLayout, stackedLayout } from './viewing/stackedVideo.js';
export { decodeViewerMessage, encodeHandshake, encodeViewerCamera, type ViewerMessage } from './viewing/viewerMessages.js';
export {
  decodeH264Picture,
  decodeJpegPicture,
  encodeH264Head,
  encodeJpegHead,
  type H264Picture,
  type JpegPicture,
  type PictureTimes,
} from './viewing/viewerPictures.js';
