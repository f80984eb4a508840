import { gzipSync } from 'node:zlib';
import { mutateText } from '../mutateValue.js';
import { type Attack, insist, inTurns } from './Attack.js';
import { handshake, holdOpen, type RawAnswer, sayRaw } from './rawSocket.js';

const ID = 'a1b2c3d4';
/** Every route there is, of rooms, files and pages, with ids that are none. */
const ROUTES: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/'],
  ['GET', '/healthz'],
  ['GET', '/__healthcheck'],
  ['GET', '/api/recordings'],
  ['GET', `/api/recordings/${ID}`],
  ['DELETE', `/api/recordings/${ID}`],
  ['GET', `/api/recordings/${ID}/download`],
  ['GET', `/api/recordings/${ID}/thumbnail`],
  ['POST', `/api/recordings/${ID}/exports`],
  ['GET', `/api/exports/${ID}`],
  ['DELETE', `/api/exports/${ID}`],
  ['GET', `/api/exports/${ID}/file`],
  ['GET', '/api/sessions'],
  ['GET', `/api/sessions/${ID}/thumbnail`],
  ['GET', '/api/viewing'],
  ['GET', '/api/nothing'],
  ['GET', '/examples/games.json'],
  ['GET', `/session/${ID}`],
  ['GET', '/assets/index.js'],
  ['GET', '/dashboard/player/'],
  ['GET', '/dashboard/player/element.js'],
  ['GET', '/dashboard/player/assets/index.js'],
  ['GET', '/dashboard/player/model/model.json'],
  ['GET', '/dashboard/player/archive-models/a@1/model.json'],
  ['POST', '/matchmake/create/sgaps'],
  ['POST', `/matchmake/joinById/${ID}`],
  ['POST', '/matchmake/reconnect/x'],
  ['POST', '/matchmake/joinOrCreate/sgaps'],
];
const TRICKS = [
  ...[
    '../../../../etc/passwd',
    '..%2f..%2f..%2f..%2fetc%2fpasswd',
    '%2e%2e/%2e%2e/etc/passwd',
    '..%5c..%5cetc%5cpasswd',
    '....//....//etc/passwd',
  ],
  ...[
    '%00',
    'a%00.sgaps',
    '%ff%fe',
    '%',
    '%zz',
    '%c0%ae%c0%ae/',
    '%F0%9F%92%A9',
    '\u00e9\u00ff',
    'x'.repeat(3000),
    `${'a/'.repeat(500)}`,
  ],
  ...[
    '?limit=1e99',
    '?limit[]=1',
    '?limit=1&limit=2',
    '?__proto__[x]=1',
    '?constructor[prototype][x]=1',
    '?search=%00',
    `?search=${'%25'.repeat(500)}`,
    '?time=NaN',
  ],
  ...['?game=../../x', '#x', ';x', '//', '/.', '/..', '*', '?a'.repeat(300)],
];
const SECRET = /root:.*:0:0:|SGAPSEEK/;

const request = (method: string, path: string, headers: string, body = '') =>
  `${method} ${path} HTTP/1.1\r\n${/^host:/im.test(headers) ? '' : 'Host: localhost\r\n'}${headers}${body === '' ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`}Connection: close\r\n\r\n${body}`;
const JSON_TYPE = 'Content-Type: application/json\r\n';

/** The server said one thing, and it is not its fault. */
function expectRefused({ text, statuses, isClosed }: RawAnswer, what: string): void {
  insist(isClosed, `${what}: the server neither answered nor closed`);
  insist(
    statuses.every((status) => status < 500 || status === 503 || status === 520 || status === 521 || status === 522),
    `${what} was answered with ${statuses.join(', ')}`,
  );
  insist(!SECRET.test(text), `${what}: the answer tells what is in a file`);
  insist(!/node_modules|at .*\.[jt]s:\d+/.test(text), `${what}: the answer tells of the server's files`);
}

const paths: Attack = {
  name: 'paths that lead elsewhere',
  run: (server, random, effort) => {
    const tried = ROUTES.flatMap(([method, path]) =>
      TRICKS.map((trick) => [method, path.includes(ID) && random.chance(0.5) ? path.replace(ID, trick) : path + trick] as const),
    );
    const some = Array.from({ length: Math.min(tried.length, 60 * effort) }, () => random.pick(tried));
    return inTurns(some, 8, async ([method, path]) =>
      expectRefused(await sayRaw(server.port, request(method, path.replaceAll(' ', ''), '')), `${method} ${path.slice(0, 200)}`),
    );
  },
};

const HEADS = [
  ...['Host: [\r\n', 'Host: a b\r\n', 'Host: user:pass@x\r\n', 'Host: x:99999999\r\n', 'Host: \r\n', 'Host: x\r\nHost: y\r\n'],
  ...[
    'X-Forwarded-Proto: ][\r\n',
    'X-Forwarded-Proto: https,http\r\n',
    'X-Forwarded-Host: [\r\n',
    'X-Forwarded-For: \x80\r\n',
    'Forwarded: host="["\r\n',
  ],
  ...[
    'Origin: http://[\r\n',
    `Origin: ${'x'.repeat(9000)}\r\n`,
    `Cookie: ${'a=b;'.repeat(4000)}\r\n`,
    'X: y\r\n'.repeat(500),
    'Range: bytes=0-0,1-1,2-2\r\n',
  ],
  ...[
    'Content-Type: multipart/form-data; boundary=x\r\n',
    'Content-Encoding: br\r\n',
    'Expect: 100-continue\r\n',
    'Expect: nonsense\r\n',
    'Upgrade: h2c\r\nConnection: Upgrade\r\n',
  ],
  ...[
    '__proto__: x\r\n',
    'constructor: x\r\n',
    'If-None-Match: *\r\n',
    'If-Modified-Since: never\r\n',
    'Bad Header: x\r\n',
    ': x\r\n',
    'X: \x00\r\n',
    'X: \xff\r\n',
    ' folded\r\n',
  ],
];

const headers: Attack = {
  name: 'headers',
  run: (server, random, effort) => {
    const tried = Array.from({ length: 50 * effort }, () => [random.pick(ROUTES), random.pick(HEADS)] as const);
    // Each at least once where it hurt: with what reads headers before anything else does.
    const sure = HEADS.map((head) => [['POST', '/matchmake/create/sgaps'], head] as const);
    return inTurns([...sure, ...tried], 8, async ([[method, path], head]) => {
      const body = method === 'POST' ? '{"role":"watch"}' : '';
      expectRefused(
        await sayRaw(server.port, request(method, path, head, body)),
        `${method} ${path} with ${JSON.stringify(head.slice(0, 80))}`,
      );
    });
  },
};

const bodies: Attack = {
  name: 'bodies',
  run: (server, random, effort) => {
    const posts = ROUTES.filter(([method]) => method === 'POST');
    const fixed = [
      '['.repeat(30_000) + ']'.repeat(30_000),
      '{"a":'.repeat(10_000),
      `{"role":"record","protocol":{"toString":0,"valueOf":0}}`,
      `{"__proto__":{"role":"record"},"constructor":{"prototype":{"polluted":1}}}`,
      `"${'\\u0000'.repeat(5000)}"`,
      '',
      'null',
      '[]',
      'NaN',
      '\ud800',
    ];
    const made = Array.from({ length: 20 * effort }, () =>
      mutateText(
        [
          { role: 'record', protocol: 1, game: 'a', grid: { width: 64, height: 36 }, fps: 30, schema: { values: [] }, meta: {} },
          { format: 'mp4', from: 1 },
        ],
        random,
      ).slice(0, 60_000),
    );
    return inTurns([...fixed, ...made], 8, async (body) => {
      const [method, path] = random.pick(posts);
      expectRefused(await sayRaw(server.port, request(method, path, JSON_TYPE, body)), `${path} with ${body.slice(0, 120)}`);
      insist(({} as Record<string, unknown>).polluted === undefined, 'a prototype was changed');
    });
  },
};

const large: Attack = {
  name: 'bodies without end',
  run: (server, _, effort) => {
    const zeros = gzipSync(Buffer.alloc(20_000_000)).toString('latin1');
    const heads = ['/matchmake/create/sgaps', `/api/recordings/${ID}/exports`].flatMap((path) => [
      `POST ${path} HTTP/1.1\r\nHost: x\r\n${JSON_TYPE}Content-Length: 100000000\r\n\r\n${'['.repeat(200_000)}`,
      `POST ${path} HTTP/1.1\r\nHost: x\r\n${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n${`10000\r\n${'['.repeat(65536)}\r\n`.repeat(20)}`,
      `POST ${path} HTTP/1.1\r\nHost: x\r\n${JSON_TYPE}Content-Encoding: gzip\r\nContent-Length: ${zeros.length}\r\nConnection: close\r\n\r\n${zeros}`,
    ]);
    const list = Array.from({ length: effort }, () => heads).flat();
    return inTurns(list, 8, async (head) =>
      expectRefused(await sayRaw(server.port, Buffer.from(head, 'latin1')), head.slice(0, 160)),
    );
  },
};

const HIDDEN = 'GET /api/recordings/hidden HTTP/1.1\r\nHost: x\r\n\r\n';
const smuggling: Attack = {
  name: 'requests within requests',
  run: (server) => {
    const list = [
      `POST /matchmake/create/sgaps HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
      `POST /api/recordings/${ID}/exports HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc${HIDDEN}`,
      `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
      `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${HIDDEN}`,
      `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +4\r\n\r\nabcd${HIDDEN}`,
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n${HIDDEN}`,
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x4\r\n\r\nabcd${HIDDEN}`,
      `GET / HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n0\n\n${HIDDEN}`,
      `GET / HTTP/1.1\r\nHost: x\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
      `GET http://evil.example/ HTTP/1.1\r\nHost: x\r\nContent-Length: 40000000\r\n\r\n${HIDDEN}`,
      `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${HIDDEN}`,
    ];
    return inTurns(list, 4, async (bytes) => {
      const answer = await sayRaw(server.port, bytes);
      expectRefused(answer, bytes.slice(0, 120));
      insist(!answer.text.includes('hidden'), `a request within another was answered: ${bytes.slice(0, 120)}`);
    });
  },
};

const handshakes: Attack = {
  name: 'handshakes of WebSockets',
  run: (server, random, effort) => {
    const targets = [
      '/',
      '//[',
      '/a/b',
      '/a/b?sessionId=x',
      '/sgaps/x?sessionId=%00&reconnectionToken=%ff',
      '/?scene=__proto__',
      `/?sessionId=${'x'.repeat(3000)}`,
      '*',
      'http://[::1]:99999/',
      '/%',
      '/?',
    ];
    const changes: Readonly<Record<string, string | null>>[] = [
      {},
      { 'Sec-WebSocket-Key': 'x' },
      { 'Sec-WebSocket-Key': null },
      { 'Sec-WebSocket-Version': '99' },
      { Upgrade: 'h2c' },
      { Origin: 'http://[' },
      { Host: '[' },
      { 'Sec-WebSocket-Protocol': 'a,a,,' },
      { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits=99' },
      { 'Sec-WebSocket-Extensions': '"'.repeat(500) },
    ];
    const tried = Array.from(
      { length: 30 * effort },
      () => [random.pick(targets), random.pick(changes), random.chance(0.5)] as const,
    );
    return inTurns(tried, 8, async ([path, change, toViewers]) => {
      const { statuses } = await sayRaw(toViewers ? server.viewingPort : server.port, handshake(path, change), 400);
      insist(
        statuses.every((status) => status < 500),
        `${path} ${JSON.stringify(change)} was answered with ${statuses.join(', ')}`,
      );
    });
  },
};

/** ms in which a connection that stands still, or drips, must be cut: the server's bounds, and the time between its looks. */
const CUT_WITHIN = 19_000;

const slow: Attack = {
  name: 'connections that drip or stand still',
  run: async (server, _, effort) => {
    const body = `POST /matchmake/create/sgaps HTTP/1.1\r\nHost: x\r\n${JSON_TYPE}Content-Length: 50\r\n\r\n`;
    const kinds = ['', 'GET / HTTP/1.1\r\nHost: x\r\nX-', body, handshake('/').slice(0, -2)];
    const held = [server.port, server.viewingPort].flatMap((port) =>
      kinds.flatMap((first) => Array.from({ length: 5 * effort }, () => ({ port, first, ...holdOpen(port, first) }))),
    );
    const drip = setInterval(() => {
      for (const { socket, first } of held) if (first !== '' && !socket.destroyed) socket.write('x');
    }, 500);
    let timer: NodeJS.Timeout | undefined;
    const all = Promise.all(held.map(({ closed }) => closed));
    await Promise.race([all, new Promise((resolve) => (timer = setTimeout(resolve, CUT_WITHIN)))]);
    clearInterval(drip);
    clearTimeout(timer);
    const left = held.filter(({ socket }) => !socket.destroyed);
    for (const { socket } of left) socket.destroy();
    const first = left
      .map(({ port, first }) => `${port === server.port ? 'rooms' : 'viewers'}, begun with '${first.slice(0, 16)}'`)
      .at(0);
    insist(left.length === 0, `${left.length} of ${held.length} slow connections are open after ${CUT_WITHIN} ms: ${first}`);
    return held.length;
  },
};

/** Over HTTP, and up to a WebSocket's first frame. */
export const httpAttacks: readonly Attack[] = [paths, headers, bodies, large, smuggling, handshakes, slow];
