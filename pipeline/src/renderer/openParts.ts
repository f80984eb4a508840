import { ReplayScene, type ReplaySceneOptions } from '../replay/ReplayScene.js';
import type { RendererParts } from './RendererParts.js';
