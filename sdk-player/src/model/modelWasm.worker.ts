import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { serveModel } from './serveModel.js';

serveModel({ env, InferenceSession, Tensor }, 'wasm');
