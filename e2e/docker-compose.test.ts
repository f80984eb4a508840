import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIVE_EDGE } from '@sgaps/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCompose, wordsOf } from '../scripts/lib/deployment.ts';
import { ROOT } from '../scripts/lib/workspaces.mjs';
import { SyntheticRecorder } from './server-support.js';
import { SgapsProcess } from './support/sgapsProcess.js';
import { TestViewer, until } from './support/TestViewer.js';

/** The services of docker-compose.yml as bare processes: the same commands, on free ports, with the image's folders in a temporary one. */
const GAME = 'https://game.example.com';
const { services } = readCompose('docker-compose.yml', {
  SGAPS_VIEWING_URL: 'wss://sgaps.example.com/viewing',
  SGAPS_ORIGIN: GAME,
});
const folder = mkdtempSync(join(tmpdir(), 'sgaps-compose-'));
const PLACES = { '/data': join(folder, 'data'), '/run/sgaps': join(folder, 'run'), '/sgaps': ROOT };
const processes: SgapsProcess[] = [];

const here = (word: string) => {
  const place = Object.entries(PLACES).find(([path]) => word === path || word.startsWith(`${path}/`));
  return place ? place[1] + word.slice(place[0].length) : word;
};

function up(name: string): SgapsProcess {
  const { command, ports = [] } = services[name];
  const started = SgapsProcess.start(...command.map(here), ...ports.flatMap(() => ['--port', '0']));
  processes.push(started);
  return started;
}

/** What an engine's health check of a service gives: 0 for healthy. */
async function health(name: string, port: number): Promise<number | null> {
  const [program, ...args] = services[name].healthcheck?.test?.slice(1) ?? wordsOf('HEALTHCHECK');
  expect(program).toBe('node');
  const asked = args.map((word) => word.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`));
  const child = spawn(process.execPath, asked, { stdio: 'ignore' });
  return new Promise((resolve) => child.once('exit', resolve));
}

async function healthy(name: string, port: number): Promise<void> {
  for (const end = performance.now() + 60_000; (await health(name, port)) !== 0; )
    if (performance.now() > end) throw new Error(`${name} does not become healthy`);
}

/** As `docker stop`: SIGTERM, and SIGKILL after the grace period, which gives null. */
function stopped(name: string, process: SgapsProcess): Promise<number | null> {
  const late = setTimeout(() => process.child.kill('SIGKILL'), 1000 * Number.parseInt(services[name].stop_grace_period, 10));
  return process.end('SIGTERM').finally(() => clearTimeout(late));
}

let server: SgapsProcess;
let transport: SgapsProcess;
let renderers: SgapsProcess[];
let ports: { server: number; transport: number };

beforeAll(async () => {
  server = up('server');
  transport = up('transport');
  const [one, two] = await Promise.all([server.heard('server listening'), transport.heard('transport listening')]);
  ports = { server: Number(one.port), transport: Number(two.port) };
});

afterAll(async () => {
  await Promise.all(processes.map((one) => one.end()));
  rmSync(folder, { recursive: true, force: true });
});

it('starts nothing that others can reach and everybody may do everything in', async () => {
  const open = readCompose('docker-compose.yml', { SGAPS_BIND: '192.0.2.1' }).services;
  const refused = ['server', 'transport'].map((name) => SgapsProcess.start(...open[name].command.map(here), '--port', '0'));
  for (const process of refused) {
    expect(await process.ended).toBe(2);
    expect(process.errors).toContain('SGAPS_SECRET');
  }
});

it('is healthy when all have come up, the transport only with a renderer', async () => {
  await healthy('server', ports.server);
  expect(await health('transport', ports.transport)).toBe(1);
  expect(services.renderer.healthcheck).toEqual({ disable: true });
  renderers = [up('renderer'), up('renderer')]; // --scale renderer=2
  await healthy('transport', ports.transport);
});

it('tells browsers the address that it was given, and serves the sample games', async () => {
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${ports.server}${path}`)).json();
  expect(await get('/api/viewing')).toEqual({ url: 'wss://sgaps.example.com/viewing' });
  expect(await get('/examples/games.json')).not.toEqual([]);
});

it("lets the game's own pages ask the server where to watch, and watch, and no others", async () => {
  const enters = async (origin: string) => {
    const { headers } = await fetch(`http://127.0.0.1:${ports.server}/api/viewing`, { headers: { origin } });
    const told = headers.get('access-control-allow-origin') === origin;
    const query = { scene: 'replay:nothing', encoder: 'jpeg+depth' };
    const viewer = await TestViewer.join(ports.transport, query, { origin }).catch(() => null);
    viewer?.leave();
    return { told, seated: viewer !== null };
  };
  expect(await enters(GAME)).toEqual({ told: true, seated: true });
  expect(await enters('https://elsewhere.example.com')).toEqual({ told: false, seated: false });
});

it('shows a session to a viewer while it is recorded and when it is over', async () => {
  const recorder = await SyntheticRecorder.join(`http://127.0.0.1:${ports.server}`);
  await recorder.play(60);
  const query = { scene: `replay:${recorder.welcome?.recordingId}`, encoder: 'jpeg+depth' };
  const viewer = await TestViewer.join(ports.transport, query);
  expect(await viewer.ready()).toMatchObject({ about: { game: 'synthetic', growing: true } });
  viewer.ask(LIVE_EDGE);
  await until(() => viewer.pictures.length > 0, 60_000);
  const frame = () => Number(viewer.pictures.at(-1)?.about.recordedFrame);
  const before = frame();
  await recorder.play(60);
  await until(() => frame() > before, 60_000);

  await recorder.room.leave();
  await until(() => viewer.of('growth').some(({ growing }) => growing === false), 60_000);
  const { duration } = viewer.of('growth').at(-1) as unknown as { duration: number };
  for (const time of [0.5, duration]) {
    const frameId = viewer.ask(time);
    await until(() => viewer.pictures.some((picture) => picture.frameId === frameId), 60_000);
    const { jpeg, about } = viewer.pictures.find((picture) => picture.frameId === frameId) as (typeof viewer.pictures)[0];
    expect([...jpeg.subarray(0, 2)]).toEqual([0xff, 0xd8]);
    // The last frame before that time: on a busy machine frames come less often.
    expect(Number(about.time)).toBeLessThan(time + 0.05);
    expect(Number(about.time)).toBeGreaterThan(time - 1.5);
  }
  expect(viewer.of('failed')).toEqual([]);
  expect(viewer.closed).toBeNull();
  viewer.leave();
});

it('ends at SIGTERM within its grace period, also while a session is recorded and watched', async () => {
  const recorder = await SyntheticRecorder.join(`http://127.0.0.1:${ports.server}`);
  await recorder.play(20);
  const id = recorder.welcome?.recordingId as string;
  const viewer = await TestViewer.join(ports.transport, { scene: `replay:${id}`, encoder: 'jpeg+depth' });
  viewer.ask(LIVE_EDGE);
  await until(() => viewer.pictures.length > 0, 60_000);
  const [one, two, ...others] = await Promise.all([
    stopped('server', server),
    stopped('transport', transport),
    ...renderers.map((renderer) => stopped('renderer', renderer)),
  ]);
  expect({ server: one, transport: two, renderers: others }).toEqual({ server: 0, transport: 0, renderers: [0, 0] });
  const files = readdirSync(join(PLACES['/data'], 'recordings')).filter((name) => name.startsWith(id));
  expect(files).toContain(`${id}.sgaps`);
  expect(files.filter((name) => name.includes('journal'))).toEqual([]);
});
