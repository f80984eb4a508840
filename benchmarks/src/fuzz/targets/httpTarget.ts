import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { SgapsError } from '@sgaps/protocol';
import { closeServices, openServices } from '@sgaps/server';
import { pino } from 'pino';
import { InProcessServer, type PlainRequest } from '../../../../sdk-server/src/testing/InProcessServer.js';
import type { FuzzRandom } from '../FuzzRandom.js';
import { type FuzzTarget, target } from '../FuzzTarget.js';
import { mutateText } from '../mutateValue.js';

const ID = 'a1b2c3d4';
const PATHS = [
  '/healthz',
  '/api/recordings',
  '/api/recordings?game=coins&limit=10&offset=0&order=newest&status=finished&archived=false&search=x',
  `/api/recordings/${ID}`,
  `/api/recordings/${ID}/download`,
  `/api/recordings/${ID}/thumbnail?time=3.5`,
  `/api/recordings/${ID}/exports`,
  `/api/exports/${ID}`,
  `/api/exports/${ID}/file`,
  '/api/sessions',
  `/api/sessions/${ID}/thumbnail`,
  '/api/viewing',
  '/examples/games.json',
  `/session/${ID}`,
  '/dashboard/player/model/model.json',
  '/dashboard/player/archive-models/a@1/model.json',
];
const PIECES = [
  ...[
    '..',
    '../',
    '..%2f',
    '%2e%2e%2f',
    '..%5c',
    '%00',
    '%ff',
    '%',
    '%u0041',
    '//',
    '\\',
    ';',
    '?',
    '#',
    '&',
    '[]',
    '[__proto__]',
    '__proto__',
  ],
  ...[
    'constructor',
    '=',
    '+',
    '%0d%0aSet-Cookie:a=b',
    'é',
    '\u00ff',
    'x'.repeat(3000),
    '-1',
    'NaN',
    '1e999',
    'null',
    '%F0%9F%92%A9',
    '.',
    '/etc/passwd',
    ':',
    '*',
    '(',
  ],
];
const METHODS = ['GET', 'GET', 'GET', 'POST', 'DELETE', 'PUT', 'HEAD', 'PATCH', 'TRACE', 'PROPFIND'];
const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ['host', ['localhost', '[', 'a b', '', 'user:pass@x', 'x:99999', '[::1]:80', 'x'.repeat(300)]],
  ['origin', ['null', 'http://localhost', 'http://evil.example', '://', 'http://[']],
  ['range', ['bytes=0-', 'bytes=-1', 'bytes=9999999999999-', 'bytes=0-0,0-0,0-0', 'lines=1-2']],
  ['if-none-match', ['*', 'W/"x"', '"'.repeat(50)]],
  ['if-modified-since', ['never', 'Thu, 01 Jan 1970 00:00:00 GMT']],
  [
    'content-type',
    [
      'application/json',
      'application/json; charset=utf-7',
      'text/plain',
      'multipart/form-data; boundary=',
      'application/json;charset=',
    ],
  ],
  ['content-encoding', ['gzip', 'br', 'deflate', 'zstd', 'identity']],
  ['sec-fetch-site', ['cross-site', 'same-origin']],
  ['x-forwarded-host', ['[', 'x']],
  ['x-forwarded-proto', ['https', '][', 'https,http']],
  ['accept-encoding', ['gzip;q=nan', '*']],
  ['cookie', ['a=b; __proto__=c', '='.repeat(500)]],
];
const BODY = { format: 'mp4', from: 1, to: 2 };

/** All routes of the server within this process, without sockets: each request ends with an answer below 500, or 503 of `/healthz`. */
export const httpTarget: FuzzTarget = target('HTTP routes', ['mountHttp'], { share: 0.1, ms: 2000 }, async () => {
  const data = mkdtempSync(join(tmpdir(), 'sgaps-fuzz-'));
  const services = await openServices({ data, log: pino({ level: 'silent' }), model: null });
  const server = await InProcessServer.open(services);
  return {
    make: (random) => serialize(requestOf(random)),
    run: async (input) => {
      const request = deserialize(input) as PlainRequest;
      const status = await server.ask(request);
      if (status >= 500 && status !== 503) throw new Error(`${request.method} was answered with ${status}.`);
      if (status >= 400) throw new SgapsError('ARGUMENT_INVALID', `Answered with ${status}.`);
      return status;
    },
    close: async () => {
      await closeServices(data);
      rmSync(data, { recursive: true, force: true });
    },
  };
});

function requestOf(random: FuzzRandom): PlainRequest {
  let url = random.pick(PATHS);
  for (let changes = random.length(4); changes > 0; changes--) {
    const at = random.below(url.length + 1);
    url = `${url.slice(0, at)}${random.pick(PIECES)}${url.slice(at + random.below(3))}`;
  }
  const headers: Record<string, string> = { host: 'localhost' };
  for (let count = random.length(4); count > 0; count--) {
    const [name, values] = random.pick(HEADERS);
    headers[name] = random.pick(values);
  }
  const method = random.pick(METHODS);
  const body = random.chance(0.4) ? mutateText([BODY], random) : '';
  if (body !== '') {
    headers['content-type'] ??= 'application/json';
    headers['content-length'] = String(Buffer.byteLength(body));
  }
  return { method, url: url.startsWith('/') ? url : `/${url}`, headers, body };
}
