// Times a reconstructor's model in ONNX Runtime by itself: `node runtime.mjs MODEL cpu|wasm THREADS RUNS` runs so many frames of 320×180, one right after the other, once twenty
// have warmed up, and prints ms of a frame: { p10, p50, p95 }.
import { readFile } from 'node:fs/promises';

const [, , file, provider, threads, runs] = process.argv;
const DIMS = [1, 14, 180, 320];
const WARM_UP = 20;

const ort = await import(provider === 'wasm' ? 'onnxruntime-web' : 'onnxruntime-node');
if (provider === 'wasm') ort.env.wasm.numThreads = Number(threads);
const options = { executionProviders: [provider], intraOpNumThreads: Number(threads), logSeverityLevel: 3 };
const session = await ort.InferenceSession.create(await readFile(file), options);
const bytes = Uint8Array.from({ length: DIMS.reduce((a, b) => a * b) }, (_, at) => Math.imul(at + 1, 2654435761) >>> 24);
const planes = new ort.Tensor('uint8', bytes, DIMS);
const took = [];
for (let at = -WARM_UP; at < Number(runs); at++) {
  const start = performance.now();
  await session.run({ planes });
  if (at >= 0) took.push(performance.now() - start);
}
took.sort((a, b) => a - b);
const quantile = (share) => Number(took[Math.floor(share * (took.length - 1))].toFixed(2));
console.log(JSON.stringify({ p10: quantile(0.1), p50: quantile(0.5), p95: quantile(0.95) }));
process.exit();
