export type { EncodedPicture, PictureEncoder, PictureHead } from './encode/PictureEncoder.js';
export type { StageFigure } from './metrics/StageTimings.js';
export type { RendererParts } from './renderer/RendererParts.js';
export { type RendererOptions, RendererService } from './renderer/RendererService.js';
export type { RenderOutput, SceneContext, SceneInfo, SceneRenderer } from './scene/SceneRenderer.js';
export { FifoAdapter, type FifoAdapterOptions } from './transport/FifoAdapter.js';
export type { AdapterHost, FrontendAdapter, Seat, SentPicture, Viewer, ViewerWish } from './transport/FrontendAdapter.js';
export { type TransportHooks, type TransportOptions, TransportService } from './transport/TransportService.js';
export { WebSocketAdapter, type WebSocketAdapterOptions } from './transport/WebSocketAdapter.js';
