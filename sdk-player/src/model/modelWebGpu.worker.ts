import { env, InferenceSession, Tensor } from 'onnxruntime-web/webgpu';
import { serveModel } from './serveModel.js';

serveModel({ env, InferenceSession, Tensor }, 'webgpu');
