import { matchMaker } from '@colyseus/core';
import { WebSocketAdapter } from '@sgaps/pipeline';
import { encodeHandshake, MessageType } from '@sgaps/protocol';
import express from 'express';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { mountHttp } from '../http/httpApp.js';
import { brokenToken, type SecuredServer, startSecured, tokenFor } from '../testing/securedServer.js';
import { clientWith, recordOptions, TestRecorder, until } from '../testing/TestRecorder.js';
import { admitViewer } from './admitViewer.js';
import { ClientLimits, NO_LIMITS } from './ClientLimits.js';

/**
 * Every route, join, message and viewer, with every kind of token. A route or message that is added and has no row here fails the test.
 */

/** What somebody may come with, and what it is worth. */
type Credential =
  | 'none'
  | 'garbage'
  | 'forged'
  | 'expired'
  | 'record'
  | 'recordOther'
  | 'key'
  | 'keyOther'
  | 'keyRevoked'
  | 'watchOther'
  | 'shareOther'
  | 'share'
  | 'watchGame'
  | 'watch'
  | 'ticket'
  | 'admin';

const UNKNOWN: readonly Credential[] = ['none', 'garbage', 'forged', 'expired', 'keyRevoked', 'ticket'];
/** May watch the one that is asked for. */
const WATCHERS: readonly Credential[] = ['share', 'watchGame', 'watch', 'admin'];
/** May watch something. */
const ALL_WATCHERS: readonly Credential[] = [...WATCHERS, 'watchOther', 'shareOther'];

/** Who gets through. */
type Who = 'all' | 'anyWatcher' | 'watcher' | 'allWatcher' | 'admin';
const MAY: Record<Exclude<Who, 'all'>, readonly Credential[]> = {
  anyWatcher: ALL_WATCHERS,
  watcher: WATCHERS,
  allWatcher: ['watch', 'admin'],
  admin: ['admin'],
};

/** Each route as Express has it, who may ask it, and an address of it; RECORDING, ROOM and EXPORT are filled in. */
const ROUTES: readonly (readonly [route: string, who: Who, path?: string])[] = [
  ['GET /', 'all'],
  ['GET /session/:id', 'all', '/session/RECORDING'],
  ['GET /assets/:name', 'all', '/assets/none.js'],
  ['GET /dashboard/player', 'all', '/dashboard/player/'],
  ['GET /dashboard/player/', 'all'],
  ['GET /dashboard/player/*path', 'all', '/dashboard/player/none'],
  ['GET /dashboard/player/element.js', 'all'],
  ['GET /dashboard/player/assets/:name', 'all', '/dashboard/player/assets/none.js'],
  ['GET /dashboard/player/model/:name', 'all', '/dashboard/player/model/none'],
  ['GET /dashboard/player/archive-models/:model/:name', 'all', '/dashboard/player/archive-models/none/model.json'],
  ['GET /examples', 'all', '/examples'],
  ['GET /examples/*path', 'all', '/examples/none/'],
  ['GET /examples/games.json', 'all'],
  ['GET /healthz', 'all'],
  ['GET /readyz', 'all'],
  ['GET /metrics', 'allWatcher'],
  ['GET /api/access', 'all'],
  ['POST /api/login', 'all'],
  ['POST /api/logout', 'all'],
  ['USE /api', 'admin', '/api/nothing-here'],
  ['GET /api/recordings', 'anyWatcher'],
  ['GET /api/recordings/:id', 'watcher', '/api/recordings/RECORDING'],
  ['GET /api/recordings/:id/thumbnail', 'watcher', '/api/recordings/RECORDING/thumbnail'],
  ['GET /api/recordings/:id/download', 'watcher', '/api/recordings/RECORDING/download'],
  ['POST /api/recordings/:id/exports', 'watcher', '/api/recordings/RECORDING/exports'],
  ['POST /api/recordings/:id/share', 'admin', '/api/recordings/RECORDING/share'],
  ['DELETE /api/recordings/:id', 'admin', '/api/recordings/RECORDING'],
  ['PATCH /api/recordings/:id', 'admin', '/api/recordings/RECORDING'],
  ['GET /api/games', 'admin'],
  ['PATCH /api/games/:game', 'admin', '/api/games/arena'],
  ['DELETE /api/games/:game', 'admin', '/api/games/arena'],
  ['GET /api/sessions', 'anyWatcher'],
  ['GET /api/sessions/:roomId/thumbnail', 'watcher', '/api/sessions/ROOM/thumbnail'],
  ['GET /api/viewing', 'watcher', '/api/viewing?scene=replay:RECORDING'],
  ['USE /api/exports/:id', 'watcher', '/api/exports/EXPORT'],
  ['GET /api/exports/:id', 'watcher', '/api/exports/EXPORT'],
  ['GET /api/exports/:id/file', 'watcher', '/api/exports/EXPORT/file'],
  ['DELETE /api/exports/:id', 'watcher', '/api/exports/EXPORT'],
  ['POST /api/tokens', 'admin'],
  ['GET /api/keys', 'admin'],
  ['POST /api/keys', 'admin'],
  ['DELETE /api/keys/:id', 'admin', '/api/keys/none'],
  ['GET /api/audit', 'admin'],
  ['GET /api/cluster', 'admin'],
  ['GET /api/drain', 'admin'],
  ['POST /api/drain', 'admin'],
  // Sessions are taken again for what follows.
  ['DELETE /api/drain', 'admin'],
];

let secured: SecuredServer;
let credentials: Record<Credential, string | undefined>;
let live: TestRecorder;
/** Of game arena, running: what is asked for. */
let room: string;
let recording: string;
let exported: string;

beforeAll(async () => {
  secured = await startSecured();
  const { server, services } = secured;
  const { access } = services;
  const [key, keyOther, keyRevoked] = await Promise.all(['arena', 'coins', 'arena'].map((game) => access.keys.create({ game })));
  await access.keys.revoke(keyRevoked.row.id);
  live = await TestRecorder.join(server.url, { game: 'arena' }, key.key);
  await live.play(2);
  room = live.room.roomId;
  recording = live.recordingId;
  const other = await TestRecorder.join(server.url, { game: 'coins' }, keyOther.key);
  await other.play(2);
  await other.room.leave();
  await until(() => services.store.writer(other.recordingId) === undefined);
  const watch = await tokenFor('watch');
  credentials = {
    none: undefined,
    garbage: 'garbage',
    forged: await brokenToken('forged'),
    expired: await brokenToken('expired'),
    record: await tokenFor('record'),
    recordOther: await tokenFor('record', { games: ['coins'] }),
    key: key.key,
    keyOther: keyOther.key,
    keyRevoked: keyRevoked.key,
    watchOther: await tokenFor('watch', { games: ['coins'] }),
    shareOther: await tokenFor('watch', { recording: other.recordingId }),
    share: await tokenFor('watch', { recording }),
    watchGame: await tokenFor('watch', { games: ['arena'] }),
    watch,
    ticket: await access.signing.createTicket(`replay:${recording}`, await access.identify(watch)),
    admin: await tokenFor('admin'),
  };
  const body = JSON.stringify({ format: 'jsonl', from: 0, to: 0.1 });
  const headers = { authorization: `Bearer ${watch}`, 'content-type': 'application/json' };
  const asked = await fetch(`${server.url}/api/recordings/${recording}/exports`, { method: 'POST', body, headers });
  exported = ((await asked.json()) as { id: string }).id;
});

afterAll(async () => {
  await secured.close();
});

const all = () => Object.keys(credentials) as Credential[];
const fill = (path: string) => path.replace('RECORDING', recording).replace('ROOM', room).replace('EXPORT', exported);

async function ask(method: string, path: string, credential: Credential): Promise<Response> {
  const token = credentials[credential];
  return fetch(secured.server.url + fill(path), {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(method === 'POST' && { 'content-type': 'application/json' }),
    },
    body: method === 'POST' ? '{}' : undefined,
  });
}

/** What Express has in its stack: method and path of every route, and of what is mounted at a path and is no router. */
function routesOf(layers: readonly Layer[], below = ''): string[] {
  return layers.flatMap(({ route, handle, rawPath }) => {
    if (route) {
      const paths = [route.path].flat();
      return paths.flatMap((path) =>
        Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${below}${path === '/' && below !== '' ? '' : path}`),
      );
    }
    const at = rawPath === undefined || rawPath === '/' ? below : below + String(rawPath);
    if (handle.stack) return routesOf(handle.stack, at);
    // What takes four arguments tells errors and answers nothing else.
    return at === below || handle.length === 4 ? [] : [`USE ${at}`];
  });
}

interface Layer {
  readonly route?: { readonly path: string | string[]; readonly methods: Readonly<Record<string, boolean>> };
  readonly handle: { readonly stack?: readonly Layer[]; readonly length: number };
  readonly rawPath?: unknown;
}

describe('routes', () => {
  it('are all in the table', async () => {
    const app = express();
    await mountHttp(app, secured.services, []);
    const found = routesOf((app.router as unknown as Handle).stack);
    const known = new Set(ROUTES.map(([route]) => route));
    expect(found.length).toBeGreaterThan(30);
    expect(found.filter((route) => !known.has(route) && !known.has(`${route}/`))).toEqual([]);
  });

  it('that nobody thought of are closed', async () => {
    for (const path of ['/api/new', '/new', '/API/new', '/dashboard', '/api/recordings/a1/new'])
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
        expect((await ask(method, path, 'none')).status, `${method} ${path}`).toBe(401);
  });

  it.each(ROUTES.map(([route, who, path = route.split(' ')[1]]) => [route, who, path] as const))(
    '%s lets in %s',
    async (route, who, path) => {
      const method = route.startsWith('USE') ? 'GET' : route.split(' ')[0];
      // What takes something away is tried by those who may not first.
      for (const credential of all().sort((a, b) => Number(may(who, a)) - Number(may(who, b)))) {
        const response = await ask(method, path, credential);
        const text = await response.text();
        const tell = `${route} with ${credential}: ${text.slice(0, 200)}`;
        if (may(who, credential)) expect([401, 403, 500], tell).not.toContain(response.status);
        else {
          expect(response.status, tell).toBe(UNKNOWN.includes(credential) ? 401 : 403);
          expect(JSON.parse(text), tell).toMatchObject({ error: { code: 'UNAUTHORIZED' } });
          expect(response.headers.get('www-authenticate') !== null).toBe(response.status === 401);
          expect(text).not.toContain(credentials[credential] ?? 'nothing to tell');
        }
      }
    },
  );
});

const may = (who: Who, credential: Credential) => who === 'all' || MAY[who].includes(credential);

interface Handle {
  readonly stack: readonly Layer[];
}

describe('what is listed', () => {
  it.each([
    ['watch', ['arena', 'coins']],
    ['admin', ['arena', 'coins']],
    ['watchGame', ['arena']],
    ['share', ['arena']],
    ['watchOther', ['coins']],
    ['shareOther', ['coins']],
  ] as const)('with %s are recordings of %j', async (credential, games) => {
    const { items, total } = (await (await ask('GET', '/api/recordings', credential)).json()) as {
      items: { game: string }[];
      total: number;
    };
    expect([...new Set(items.map(({ game }) => game))].sort()).toEqual(games);
    expect(total).toBe(items.length);
    const running = (await (await ask('GET', '/api/sessions', credential)).json()) as { items: { game: string }[] };
    expect(running.items.length > 0).toBe((games as readonly string[]).includes('arena'));
  });
});

/** Joins of rooms: who gets in. */
const JOINS = {
  create: {
    may: ['record', 'key', 'admin'],
    join: (url: string, token?: string) => clientWith(url, token).create('sgaps', recordOptions({ game: 'arena' })),
  },
  joinOrCreate: {
    may: ['record', 'key', 'admin'],
    join: (url: string, token?: string) => clientWith(url, token).joinOrCreate('sgaps', recordOptions({ game: 'arena' })),
  },
  joinById: { may: WATCHERS, join: (url: string, token?: string) => clientWith(url, token).joinById(room, { role: 'watch' }) },
  // Rooms are private: there is none to be found by chance, whoever asks.
  join: { may: [], join: (url: string, token?: string) => clientWith(url, token).join('sgaps', { role: 'watch' }) },
  // Its token is that of the seat, which only the one that was let in has.
  reconnect: { may: [], join: (url: string, token?: string) => clientWith(url, token).reconnect(`${room}:guessed`) },
} satisfies Record<string, { readonly may: readonly string[]; readonly join: (url: string, token?: string) => Promise<unknown> }>;

describe('joins', () => {
  it('are all in the table', () => {
    expect(Object.keys(JOINS).sort()).toEqual([...matchMaker.controller.exposedMethods].sort());
  });

  it.each(Object.entries(JOINS))('%s', async (method, { may: allowed, join }) => {
    for (const credential of all()) {
      const result = await join(secured.server.url, credentials[credential]).then(
        (joined) => joined,
        (error: unknown) => error as { code: number; message: string },
      );
      const tell = `${method} with ${credential}: ${'message' in result ? result.message : 'joined'}`;
      if ((allowed as readonly string[]).includes(credential)) {
        expect('roomId' in result, tell).toBe(true);
        if ('leave' in result) await result.leave();
      } else {
        expect('roomId' in result, tell).toBe(false);
        const refused = method !== 'reconnect' && (method !== 'join' || !ALL_WATCHERS.includes(credential));
        if (refused) expect((result as { code: number }).code, tell).toBe(UNKNOWN.includes(credential) ? 401 : 403);
      }
    }
  });

  it('take nobody into the room of a game that its key is not for', async () => {
    for (const credential of ['keyOther', 'recordOther'] as const) {
      const joining = clientWith(secured.server.url, credentials[credential]).joinById(room, recordOptions({ game: 'coins' }));
      await expect(joining).rejects.toMatchObject({ message: expect.stringContaining('OUT_OF_ORDER') });
    }
  });
});

/** Messages that clients send: what one who only watches gets for it. All others are the server's own. */
const FROM_CLIENTS: Partial<
  Record<MessageType, { readonly send: (to: TestRecorder['room']) => void; readonly told: string | null }>
> = {
  pixels: { send: (to) => to.sendBytes('pixels', new Uint8Array([1, 2, 3])), told: 'UNAUTHORIZED' },
  kept: { send: (to) => to.sendBytes('kept', new Uint8Array([1])), told: 'OUT_OF_ORDER' },
  event: { send: (to) => to.send('event', { name: 'coin', data: null, time: 1 }), told: null },
  stats: { send: (to) => to.send('stats', { share: 0 }), told: null },
  live: { send: (to) => to.send('live'), told: null },
};
const FROM_SERVER: readonly MessageType[] = ['welcome', 'coords', 'error', 'handover', 'figures', 'ended'];

describe('messages of rooms', () => {
  it('are all in the table', () => {
    expect([...Object.keys(FROM_CLIENTS), ...FROM_SERVER].sort()).toEqual(Object.values(MessageType).sort());
  });

  it.each(Object.entries(FROM_CLIENTS))('%s of one who only watches records nothing', async (_type, { send, told }) => {
    const { services, server } = secured;
    const session = services.sessions.get(room);
    if (!session) throw new Error('The session has ended.');
    const watching = await clientWith(server.url, credentials.share).joinById(room, { role: 'watch' });
    const errors: string[] = [];
    watching.onMessage('error', ({ code }: { code: string }) => errors.push(code));
    watching.onMessage('*', () => undefined);
    const before = [session.writer.figures.records, JSON.stringify(session.loop.allowance)];
    send(watching);
    let heard = false;
    watching.ping(() => {
      heard = true;
    });
    await until(() => heard);
    expect([session.writer.figures.records, JSON.stringify(session.loop.allowance)]).toEqual(before);
    expect(errors).toEqual(told === null ? [] : [told]);
    await watching.leave();
    // The recorder's own are taken.
    const events = session.writer.figures.records;
    live.room.send('event', { name: 'coin', data: null, time: 1 });
    await until(() => session.writer.figures.records > events);
  });

  it('figures come to nobody but those who may watch', async () => {
    const watching = await clientWith(secured.server.url, credentials.watchGame).joinById(room, { role: 'watch' });
    const figures: unknown[] = [];
    watching.onMessage('figures', (body) => figures.push(body));
    watching.onMessage('*', () => undefined);
    await until(() => figures.length > 0);
    await watching.leave();
  });
});

describe('viewers', () => {
  const wishes: string[] = [];
  let adapter: WebSocketAdapter;

  beforeAll(async () => {
    const limits = new ClientLimits({}, NO_LIMITS);
    const log = pino({ level: 'silent' });
    adapter = new WebSocketAdapter({
      port: 0,
      host: '127.0.0.1',
      admit: admitViewer({ tokens: secured.services.access.tokens, limits, trustProxy: 0, log }),
    });
    await adapter.start({
      join: ({ scene }, viewer) => {
        wishes.push(scene);
        viewer.tell({ type: 'ready' });
        return {
          size: (width) => viewer.tell({ type: 'size', width }),
          camera: () => undefined,
          overlays: () => undefined,
          leave: () => undefined,
        };
      },
      health: () => ({ status: 'ok', viewers: 1, channels: { [recording]: {} }, workers: {} }),
      warn: () => undefined,
    });
  });

  afterAll(() => adapter.stop());

  /** What a viewer is told first, and how it is left. */
  async function watch(
    scene: string,
    token: string | undefined,
    way: 'message' | 'header',
  ): Promise<{ told: string; code?: string; closed: number | null }> {
    const headers = way === 'header' && token !== undefined ? { authorization: `Bearer ${token}` } : {};
    const socket = new WebSocket(`ws://127.0.0.1:${adapter.port}/?scene=${scene}`, { headers });
    const messages: { type: string; code?: string }[] = [];
    let closed: number | null = null;
    socket.on('message', (bytes: Buffer) => messages.push(JSON.parse(bytes.toString())));
    socket.on('close', (code) => {
      closed = code;
    });
    await new Promise((resolve) => socket.once('open', resolve));
    if (way === 'message' && token !== undefined) socket.send(JSON.stringify({ type: 'token', token }));
    // Sent before it is known who it is, as viewers do: nothing of it is lost, or counts for nothing.
    socket.send(encodeHandshake(320, 180));
    await until(() => messages.length > 0);
    const [{ type, code }] = messages;
    if (type === 'ready') await until(() => messages.some((message) => message.type === 'size'));
    else await until(() => closed !== null);
    socket.terminate();
    return { told: type, code, closed };
  }

  const rows: readonly (readonly [scene: string, may: readonly Credential[]])[] = [
    ['replay:RECORDING', ['share', 'watch', 'admin', 'ticket']],
    ['free:RECORDING', ['share', 'watch', 'admin']],
    ['splats:castle', ['watch', 'admin']],
    ['stream:castle', ['watch', 'admin']],
  ];

  it.each(rows)('of %s', async (scene, allowed) => {
    for (const credential of all()) {
      for (const way of ['message', 'header'] as const) {
        const { told, code, closed } = await watch(fill(scene), credentials[credential], way);
        const tell = `${scene} with ${credential} by ${way}`;
        if (allowed.includes(credential)) expect(told, tell).toBe('ready');
        else expect({ told, code, closed }, tell).toEqual({ told: 'error', code: 'UNAUTHORIZED', closed: 4400 });
      }
    }
    expect(new Set(wishes)).toContain(fill(scene));
  });

  it('with a token for a game come in by the ticket that the server gives them', async () => {
    const { token } = (await (await ask('GET', '/api/viewing?scene=replay:RECORDING', 'watchGame')).json()) as { token: string };
    expect(await watch(`replay:${recording}`, token, 'message')).toMatchObject({ told: 'ready' });
    expect(await watch('replay:another', token, 'message')).toMatchObject({ told: 'error', code: 'UNAUTHORIZED' });
  });

  it('have to go when their token expires', async () => {
    const token = await tokenFor('watch', { expiresIn: 1500 });
    const socket = new WebSocket(`ws://127.0.0.1:${adapter.port}/?scene=replay:${recording}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    let closed = 0;
    socket.on('close', (code) => {
      closed = code;
    });
    await until(() => closed === 4400);
  });

  it('are not told of by the transport to everybody', async () => {
    const health = await (await fetch(`http://127.0.0.1:${adapter.port}/healthz`)).text();
    expect(JSON.parse(health)).toEqual({ status: 'ok', viewers: 1 });
  });
});
