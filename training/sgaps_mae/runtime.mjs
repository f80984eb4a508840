// Runs an ONNX model for runtime.py: `node runtime.mjs MODEL cpu|wasm THREADS`.
// Stdin: requests, each 4 × uint32 (batch, channels, height, width), then that many bytes. Stdout: answers, each a uint32, so many bytes
// of JSON ({ ms, cpuMs, outputs: [{ name, type, dims, bytes }] } or { error }), then the outputs' bytes.
import { readFile } from 'node:fs/promises';

const [, , file, provider, threads] = process.argv;
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

try {
  const opened = await open();
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
