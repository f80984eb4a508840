/**
 * Starts a transport and a renderer of `sgaps`, and serves the built page.
 *
 *   node serve.mjs [--scene room] [--port 2570] [--data FOLDER] [--extensions FOLDER] [--page FOLDER]
 *
 * `--scene` is any scene that the renderer knows: `room` of this folder's `scenes`, `splats:NAME`, `replay:ID`.
 */
import { spawn } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, extname, join, normalize } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' };
const HERE = dirname(fileURLToPath(import.meta.url));

const { values } = parseArgs({
  options: {
    scene: { type: 'string', default: 'room' },
    port: { type: 'string', default: '2570' },
    data: { type: 'string' },
    extensions: { type: 'string', default: join(HERE, 'scenes') },
    page: { type: 'string', default: join(HERE, 'dist') },
  },
});

// The program lies beside the package's entry: built, or, where sources are asked for, as a source.
const entry = fileURLToPath(import.meta.resolve('@sgaps/server'));
const CLI = join(dirname(entry), `cli${extname(entry)}`);
for (const [file, what] of [
  [CLI, 'the packages'],
  [join(values.page, 'index.html'), 'the page'],
]) {
  if (existsSync(file)) continue;
  console.error(`${file} is not there: build ${what} first (npm run build).`);
  process.exit(1);
}

const sockets = mkdtempSync(join(tmpdir(), 'sgaps-hybrid-'));
const children = [];
let ending = false;

/** A command of `sgaps`, which ends when this process does; settles with its first log entry that says `message`. */
function sgaps(args, message) {
  const child = spawn(
    process.execPath,
    [...process.execArgv, CLI, ...args, '--sockets', sockets, '--supervised', '--json-logs'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
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
  rmSync(sockets, { recursive: true, force: true });
  process.exit(code);
}
process.once('SIGINT', () => end(0));
process.once('SIGTERM', () => end(0));

const name = values.scene.split(':')[0];
const { port: viewing } = await sgaps(['transport', '--port', '0'], 'transport listening');
const data = values.data ? ['--data', values.data] : [];
// Viewers wait for it.
void sgaps(['renderer', '--scene', name, '--model', 'none', '--extensions', values.extensions, ...data], '');

const server = createServer(({ url = '/', headers }, response) => {
  const { pathname, searchParams } = new URL(url, 'http://host');
  // What an SGAPS server says of its transport, for whoever asks by the name that this page has.
  if (pathname === '/api/viewing') {
    const { hostname } = new URL(`http://${headers.host ?? 'localhost'}`);
    return response.setHeader('content-type', 'application/json').end(JSON.stringify({ url: `ws://${hostname}:${viewing}` }));
  }
  if (pathname === '/' && !searchParams.has('scene')) {
    searchParams.set('scene', values.scene);
    return response.writeHead(302, { location: `/?${searchParams}` }).end();
  }
  const file = join(values.page, normalize(pathname === '/' ? '/index.html' : pathname));
  if (!file.startsWith(values.page) || !existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
  response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
  createReadStream(file).pipe(response);
});
server.once('error', (error) => {
  console.error(`Port ${values.port} cannot be listened on: ${error.message}`);
  end(1);
});
server.listen(Number(values.port), () => {
  const origin = `http://localhost:${server.address().port}`;
  console.log(
    `\n  Babylon.js  ${origin}/?view=babylon\n  no engine   ${origin}/?view=plain\n\n  ${values.scene} is rendered by this machine. Ctrl-C stops it.\n`,
  );
});
