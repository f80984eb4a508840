import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardRequests } from './guardRequests.js';

/** What came through. */
const seen: string[] = [];
const server = createServer((request, response) => {
  if (request.url === '/throws') throw new TypeError('secret');
  seen.push(`${request.method} ${request.url} ${request.headers['x-forwarded-proto'] ?? ''}`.trim());
  response.end('ok');
});
let port: number;

beforeAll(async () => {
  server.on('upgrade', (request, socket) => {
    seen.push(`UPGRADE ${request.url}`);
    socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  guardRequests(server, pino({ level: 'silent' }));
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function say(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(bytes, 'latin1'));
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    setTimeout(() => socket.destroy(), 1000).unref();
  });
}

const get = (path: string, headers: string) => `GET ${path} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`;
const post = (headers: string, body = '{}') =>
  `POST /matchmake/create/sgaps HTTP/1.1\r\nHost: x\r\n${headers}Connection: close\r\n\r\n${body}`;

describe('guardRequests', () => {
  it.each([
    ['no port', get('/', 'Host: [\r\n'), 400],
    ['a space', get('/', 'Host: a b\r\n'), 400],
    ['a name and a password', get('/', 'Host: a:b@x\r\n'), 400],
    ['a port of six digits', get('/', 'Host: x:123456\r\n'), 400],
    ['a scheme that is none', get('/', 'Host: x\r\nX-Forwarded-Proto: ][\r\n'), 400],
    ['a whole address', get('http://x/', 'Host: x\r\n'), 400],
    ['an address of 5,000 characters', get(`/${'a'.repeat(5000)}`, 'Host: x\r\n'), 413],
    ['another method', 'TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
    ['a body of 100 MB', post('Content-Length: 100000000\r\n'), 413],
    ['a body in chunks', post('Transfer-Encoding: chunked\r\n', '2\r\n{}\r\n0\r\n\r\n'), 400],
    ['a body that is a form', post('Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 2\r\n'), 400],
  ])('refuses %s in JSON, before anybody else sees it', async (_, bytes, status) => {
    seen.length = 0;
    const answer = await say(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/"code":"(ARGUMENT_INVALID|LIMIT_EXCEEDED)"/);
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(seen).toEqual([]);
  });

  it('lets through what clients send', async () => {
    seen.length = 0;
    const hosts = ['localhost:2567', '127.0.0.1', '[::1]:2567', 'game.example.com', 'my_host'];
    for (const host of hosts) expect(await say(get('/a?b=c', `Host: ${host}\r\n`)), host).toContain('200 OK');
    expect(await say(post('Content-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n'))).toContain('200 OK');
    expect(await say(get('/p', 'Host: x\r\nX-Forwarded-Proto: https, http\r\n'))).toContain('200 OK');
    expect(seen).toEqual([...hosts.map(() => 'GET /a?b=c'), 'POST /matchmake/create/sgaps', 'GET /p https']);
  });

  it('answers for listeners that throw, and tells nothing of it', async () => {
    const answer = await say(get('/throws', 'Host: x\r\n'));
    expect(answer).toContain('HTTP/1.1 500');
    expect(answer).not.toContain('secret');
  });

  it('looks at upgrades too', async () => {
    seen.length = 0;
    const upgrade = (path: string, host: string) =>
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`;
    expect(await say(upgrade('http://[::1]:99999/', 'x'))).toContain('HTTP/1.1 400');
    expect(await say(upgrade('/', '['))).toContain('HTTP/1.1 400');
    expect(await say(upgrade('/a/b?sessionId=c', 'x'))).toContain('HTTP/1.1 101');
    expect(seen).toEqual(['UPGRADE /a/b?sessionId=c']);
  });
});
