/**
 * Starts a transport and a renderer of `sgaps`, and serves the built page.
 *
 *   node serve.mjs [--splats 150000] [--scene splats:NAME --data FOLDER] [--port 2570] [--host 127.0.0.1] [--extensions FOLDER...] [--page FOLDER]
 *
 * Without `--scene` a room of so many splats is made, which is the same each time. Else it is any scene that the renderer knows: `splats:NAME` and `replay:ID` of the folder of `--data`
 * (default .sgaps-data), or one of your own in a folder of `--extensions`. The page is for this machine; `--host 0.0.0.0` is for its whole network.
 */
import { spawn } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, extname, join, resolve, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeScatter, writePly } from '@sgaps/splats';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' };
const HERE = dirname(fileURLToPath(import.meta.url));
/** What is made here. */
const ROOM = 'splats:room';

const { values } = parseArgs({
  options: {
    splats: { type: 'string', default: '150000' },
    scene: { type: 'string' },
    port: { type: 'string', default: '2570' },
    host: { type: 'string', default: '127.0.0.1' },
    data: { type: 'string', default: '.sgaps-data' },
    extensions: { type: 'string', multiple: true, default: [] },
    page: { type: 'string', default: join(HERE, 'dist') },
  },
});
const folder = resolve(values.page);

// The program lies beside the package's entry: built, or, where sources are asked for, as a source.
const entry = fileURLToPath(import.meta.resolve('@sgaps/server'));
const CLI = join(dirname(entry), `cli${extname(entry)}`);
for (const [file, what] of [
  [CLI, 'the packages'],
  [join(folder, 'index.html'), 'the page'],
]) {
  if (existsSync(file)) continue;
  console.error(`${file} is not there: build ${what} first (npm run build).`);
  process.exit(1);
}

const count = Number(values.splats);
if (!Number.isInteger(count) || count < 0 || count > 1_000_000) {
  console.error(`--splats is a whole number of at most 1000000, not ${values.splats}.`);
  process.exit(1);
}

const own = mkdtempSync(join(tmpdir(), 'sgaps-hybrid-'));
const scene = values.scene ?? ROOM;
const data = values.scene ? values.data : own;
if (!values.scene) {
  mkdirSync(join(own, 'splats'));
  const room = makeScatter(count, 1, 1);
  // Clear air: a pixel has one depth, which haze would bring before the surface behind it.
  for (let i = 0; i < count; i++) if (room.opacities[i] < 0.12) room.opacities[i] = 0.001;
  writeFileSync(join(own, 'splats', 'room.ply'), writePly(room));
}
const children = [];
let ending = false;

/** A command of `sgaps`, which ends when this process does; settles with its first log entry that says `message`. */
function sgaps(args, message) {
  const child = spawn(process.execPath, [...process.execArgv, CLI, ...args, '--sockets', own, '--supervised', '--json-logs'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  child.once('exit', (code) => end(code ?? 1));
  return new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return console.error(line);
      const entry = JSON.parse(line);
      if (entry.level >= 40) console.error(`sgaps: ${entry.msg} ${entry.err?.message ?? entry.reason ?? ''}`);
      if (entry.msg === message) resolve(entry);
    });
  });
}

function end(code) {
  if (ending) return;
  ending = true;
  for (const child of children) child.kill();
  rmSync(own, { recursive: true, force: true });
  process.exit(code);
}
process.once('SIGINT', () => end(0));
process.once('SIGTERM', () => end(0));
process.once('uncaughtException', (error) => {
  console.error(error);
  end(1);
});

const { port: viewing } = await sgaps(['transport', '--port', '0', '--host', values.host], 'transport listening');
const extensions = values.extensions.length > 0 ? ['--extensions', ...values.extensions] : [];
// Viewers wait for it.
void sgaps(['renderer', '--scene', scene.split(':')[0], '--model', 'none', '--data', data, ...extensions], '');

function answer({ url = '/', headers }, response) {
  // What browsers never ask for may be no address: `//`.
  const { pathname, searchParams } = new URL(url, 'http://host');
  // What an SGAPS server says of its transport, for whoever asks by the name that this page has.
  if (pathname === '/api/viewing') {
    const { hostname } = new URL(`http://${headers.host ?? 'localhost'}`);
    return response.setHeader('content-type', 'application/json').end(JSON.stringify({ url: `ws://${hostname}:${viewing}` }));
  }
  if (pathname === '/' && !searchParams.has('scene')) {
    searchParams.set('scene', scene);
    return response.writeHead(302, { location: `/?${searchParams}` }).end();
  }
  const file = join(folder, pathname === '/' ? 'index.html' : pathname);
  if (!file.startsWith(folder + sep) || !existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
  response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
  createReadStream(file)
    .once('error', () => response.destroy())
    .pipe(response);
}

const server = createServer((request, response) => {
  try {
    answer(request, response);
  } catch {
    response.writeHead(400).end();
  }
});
server.once('error', (error) => {
  console.error(`Port ${values.port} cannot be listened on: ${error.message}`);
  end(1);
});
server.listen(Number(values.port), values.host, () => {
  const origin = `http://localhost:${server.address().port}`;
  console.log(
    `\n  Babylon.js  ${origin}/?view=babylon\n  no engine   ${origin}/?view=plain\n\n  ${scene} is rendered by this machine. Ctrl-C stops it.\n`,
  );
});
