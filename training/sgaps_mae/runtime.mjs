// With a number of runs after THREADS: times so many frames of 320×180, one right after the other, once twenty have warmed up, and prints their quantiles.
//
// Else it runs an ONNX model for runtime.py: `node runtime.mjs MODEL cpu|wasm THREADS`.
// Stdin: requests, each 4 × uint32 (batch, channels, height, width), then that many bytes. Stdout: answers, each a uint32, so many bytes
// of JSON ({ ms, cpuMs, outputs: [{ name, type, dims, bytes }] } or { error }), then the outputs' bytes.
import { readFile } from 'node:fs/promises';

const [, , file, provider, threads, runs] = process.argv;
// Stdout is for answers.
console.log = console.error;

function answer(head, parts = []) {
  const json = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  process.stdout.write(Buffer.concat([length, json, ...parts]));
}

async function open() {
  const ort = await import(provider === 'wasm' ? 'onnxruntime-web' : 'onnxruntime-node');
  if (provider === 'wasm') ort.env.wasm.numThreads = Number(threads);
  const options = { executionProviders: [provider], intraOpNumThreads: Number(threads), logSeverityLevel: 3 };
  return { ort, session: await ort.InferenceSession.create(await readFile(file), options) };
}

async function run({ ort, session }, dims, bytes) {
  const planes = new ort.Tensor('uint8', new Uint8Array(bytes), dims);
  const spent = process.cpuUsage();
  const start = performance.now();
  const made = await session.run({ planes });
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(spent);
  const outputs = session.outputNames.map((name) => ({
    name,
    type: made[name].type,
    dims: made[name].dims,
    data: made[name].data,
  }));
  const parts = outputs.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  answer(
    { ms, cpuMs: (user + system) / 1000, outputs: outputs.map(({ data, ...output }) => ({ ...output, bytes: data.byteLength })) },
    parts,
  );
}

/** ms of a frame: { p10, p50, p95 }. */
async function time({ ort, session }, count) {
  const dims = [1, 14, 180, 320];
  const bytes = Uint8Array.from({ length: dims.reduce((a, b) => a * b) }, (_, at) => Math.imul(at + 1, 2654435761) >>> 24);
  const planes = new ort.Tensor('uint8', bytes, dims);
  const took = [];
  for (let at = -20; at < count; at++) {
    const start = performance.now();
    await session.run({ planes });
    if (at >= 0) took.push(performance.now() - start);
  }
  took.sort((a, b) => a - b);
  const quantile = (share) => Number(took[Math.floor(share * (count - 1))].toFixed(2));
  return { p10: quantile(0.1), p50: quantile(0.5), p95: quantile(0.95) };
}

try {
  const opened = await open();
  if (runs) {
    process.stdout.write(`${JSON.stringify(await time(opened, Number(runs)))}\n`);
    process.exit();
  }
  answer({});
  let held = Buffer.alloc(0);
  for await (const chunk of process.stdin) {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      if (held.length < 16) break;
      const dims = [0, 4, 8, 12].map((at) => held.readUInt32LE(at));
      const end = 16 + dims.reduce((a, b) => a * b);
      if (held.length < end) break;
      await run(opened, dims, held.subarray(16, end));
      held = held.subarray(end);
    }
  }
} catch (error) {
  answer({ error: String(error?.message ?? error) });
}
