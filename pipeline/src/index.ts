export { type CheckedOutput, type CheckMemory, checkOutput } from './encode/checkOutput.js';
export type { EncoderOptions } from './encode/EncoderOptions.js';
export type { EncodedPicture, PictureEncoder, PictureHead } from './encode/PictureEncoder.js';
export { createEncoder, type EncoderFactory, encoderNames, registerEncoder } from './encode/registry.js';
export { type ExtensionRegistry, loadExtensions } from './extensions/loadExtensions.js';
export { GuardedSocket } from './gate/GuardedSocket.js';
export { type ConnectionLimits, gateConnections, HTTP_LIMITS } from './gate/httpGate.js';
export { isPublicName } from './gate/isPublicName.js';
export { networkOf } from './gate/networkOf.js';
export type { StageFigure } from './metrics/StageTimings.js';
export type { RendererFigures, TransportFigures } from './metrics/TransportFigures.js';
export { type RendererParts, registeredParts } from './renderer/RendererParts.js';
export { type RendererOptions, RendererService } from './renderer/RendererService.js';
export { FlowOverlay } from './replay/overlays/FlowOverlay.js';
export { packSamples } from './replay/overlays/packSamples.js';
export { IMPORTANCE_FULL, quantise } from './replay/overlays/quantise.js';
export type { ReplayFile } from './replay/ReplayFile.js';
export { ReplayScene, type ReplaySceneOptions } from './replay/ReplayScene.js';
export { createScene, registerScene, type SceneFactory, type SceneOptions, sceneNames } from './scene/registry.js';
export type { RenderOutput, SceneContext, SceneInfo, SceneRenderer, TellOptions } from './scene/SceneRenderer.js';
export { FifoAdapter, type FifoAdapterOptions } from './transport/FifoAdapter.js';
export type { AdapterHost, FrontendAdapter, Seat, SentPicture, Viewer, ViewerWish } from './transport/FrontendAdapter.js';
export { type TransportHooks, type TransportOptions, TransportService } from './transport/TransportService.js';
export {
  type Admission,
  type HttpAnswer,
  type ViewerCredentials,
  WebSocketAdapter,
  type WebSocketAdapterOptions,
} from './transport/WebSocketAdapter.js';
