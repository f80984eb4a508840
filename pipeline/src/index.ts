export type { EncodedPicture, PictureEncoder, PictureHead } from './encode/PictureEncoder.js';
export type { RenderOutput, SceneContext, SceneInfo, SceneRenderer } from './scene/SceneRenderer.js';
