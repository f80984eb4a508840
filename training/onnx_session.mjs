// Runs ONNX models for onnx_session.py: `node onnx_session.mjs MODEL cpu|wasm THREADS`.
// Stdin: requests, each a uint32, so many bytes of JSON ([{ name, type, dims, bytes }]), then the inputs' bytes. Stdout: answers alike, of
// { ms, cpuMs, outputs: [{ name, type, dims, bytes }] } or { error }.
import { readFile } from 'node:fs/promises';

const [, , file, provider, threads] = process.argv;
const ARRAYS = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };
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

async function run({ ort, session }, inputs, bytes) {
  const feeds = {};
  let at = 0;
  for (const { name, type, dims, bytes: size } of inputs) {
    // A copy: it must lie at a multiple of four.
    feeds[name] = new ort.Tensor(type, new ARRAYS[type](new Uint8Array(bytes.subarray(at, at + size)).buffer), dims);
    at += size;
  }
  const spent = process.cpuUsage();
  const start = performance.now();
  const made = await session.run(feeds);
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(spent);
  const outputs = session.outputNames.map((name) => made[name]);
  answer(
    {
      ms,
      cpuMs: (user + system) / 1000,
      outputs: outputs.map(({ type, dims, data }, k) => ({ name: session.outputNames[k], type, dims, bytes: data.byteLength })),
    },
    outputs.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  );
}

try {
  const opened = await open();
  answer({});
  let held = Buffer.alloc(0);
  for await (const chunk of process.stdin) {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      if (held.length < 4) break;
      const head = 4 + held.readUInt32LE(0);
      if (held.length < head) break;
      const inputs = JSON.parse(held.subarray(4, head).toString());
      const end = head + inputs.reduce((sum, { bytes }) => sum + bytes, 0);
      if (held.length < end) break;
      await run(opened, inputs, held.subarray(head, end));
      held = held.subarray(end);
    }
  }
} catch (error) {
  answer({ error: String(error?.message ?? error) });
}
