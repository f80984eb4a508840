import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CameraFrame, encodePayloadHead, encodeRendererCamera, readPayloads } from '@sgaps/protocol';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import type { RenderOutput, SceneRenderer } from '../scene/SceneRenderer.js';
import { ChannelRenderer } from './ChannelRenderer.js';

const identity = Float32Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 1 : 0));
const cameraOf = (frameId: number): CameraFrame => ({
  view: identity,
  intrinsics: identity,
  timeIndex: 0,
  frameId,
  clientTime: 0,
  serverTime: 0,
});
const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => void close()));

/** Two ends of a connection. */
async function pairOfSockets(): Promise<[Socket, Socket]> {
  const folder = mkdtempSync(join(tmpdir(), 'sgaps-channel-'));
  const path = join(folder, 'a.sock');
  const server = createServer();
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const near = connect(path);
  const far = await accepted;
  server.close();
  closing.push(() => {
    near.destroy();
    far.destroy();
    rmSync(folder, { recursive: true, force: true });
  });
  return [near, far];
}

/** A scene whose picture never changes, and which takes as long to draw as it is told to; and a transport that wishes things. */
async function begin() {
  const drawn: { readonly newer: AbortSignal; finish(output?: Partial<RenderOutput>): void; fail(): void }[] = [];
  let isShut = false;
  const scene: SceneRenderer = {
    onInit: async () => ({ width: 1, height: 1, about: {} }),
    render: (_, newer) =>
      new Promise((resolve, reject) => {
        const picture = { width: 1, height: 1, colour: new Uint8Array(3), depth: null, alpha: null, metadata: {} };
        const finish = (output = {}) => resolve({ ...picture, unchanged: true, ...output });
        drawn.push({ newer, finish, fail: () => reject(new Error('no')) });
      }),
    onShutdown: async () => {
      isShut = true;
    },
  };
  const encoder = {
    isBroken: false,
    encode: async () => {
      if (encoder.isBroken) throw new Error('no');
      return { parts: [new Uint8Array(1)], stampAt: null, independent: true };
    },
    refresh: () => undefined,
    dispose: () => undefined,
  };
  const [cameras, camerasHere] = await pairOfSockets();
  const [video, videoHere] = await pairOfSockets();
  const parts = { encoders: ['e'], scene: async () => ({ scene, argument: '' }), encoder: async () => encoder };
  const over = new ChannelRenderer(camerasHere, videoHere, parts, pino({ level: 'silent' })).run({
    opened: () => undefined,
    ready: () => undefined,
  });
  const said: string[] = [];
  const payloads = readPayloads(
    ({ frameId, metadata, data }) => {
      const what = Object.keys(metadata)[0];
      said.push(frameId === 0 ? what : `${frameId} ${metadata.unchanged ? 'unchanged' : what}${data.length > 0 ? ' sent' : ''}`);
    },
    (error) => said.push(error.message),
  );
  video.on('data', (piece) => payloads.push(piece));
  const wish = (metadata: object) => video.write(encodePayloadHead({ frameId: 0, metadata, data: { length: 0 } }));
  wish({ open: { scene: 's', encoder: 'e', size: null } });
  await expect.poll(() => said).toEqual(['ready']);
  said.pop();
  return {
    drawn,
    encoder,
    said,
    wish,
    look: (frameId: number) => cameras.write(encodeRendererCamera(cameraOf(frameId))),
    hangUp: () => video.destroy(),
    over,
    isShut: () => isShut,
  };
}

it('sends the picture after a wish that came while one was made, though it is the same', async () => {
  const { drawn, said, wish, look } = await begin();
  look(1);
  await expect.poll(() => drawn.length).toBe(1);
  wish({ refresh: true });
  // Both came in order: the wish was heard once this camera waits.
  look(2);
  await expect.poll(() => drawn[0].newer.aborted).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 50));
  drawn[0].finish();
  await expect.poll(() => drawn.length).toBe(2);
  drawn[1].finish();
  look(3);
  await expect.poll(() => drawn.length).toBe(3);
  drawn[2].finish();
  await expect.poll(() => said).toEqual(['1 picture sent', '2 picture sent', '3 unchanged']);
});

it('sends a picture that is the same where the one before could not be made', async () => {
  const { drawn, encoder, said, look } = await begin();
  const draw = async (frameId: number) => {
    look(frameId);
    await expect.poll(() => drawn.length).toBe(frameId);
    return drawn[frameId - 1];
  };
  (await draw(1)).fail();
  (await draw(2)).finish();
  await expect.poll(() => said.length).toBe(2);
  encoder.isBroken = true;
  (await draw(3)).finish({ unchanged: false });
  await expect.poll(() => said.length).toBe(3);
  encoder.isBroken = false;
  (await draw(4)).finish();
  await expect.poll(() => said).toEqual(['1 failed', '2 picture sent', '3 failed', '4 picture sent']);
});

it('tells a scene that a picture is no longer waited for, once another is, or nobody is there', async () => {
  const { drawn, look, hangUp, over, isShut } = await begin();
  look(1);
  await expect.poll(() => drawn.length).toBe(1);
  expect(drawn[0].newer.aborted).toBe(false);
  look(2);
  await expect.poll(() => drawn[0].newer.aborted).toBe(true);
  drawn[0].finish();
  await expect.poll(() => drawn.length).toBe(2);
  expect(drawn[1].newer.aborted).toBe(false);
  hangUp();
  await expect.poll(() => drawn[1].newer.aborted).toBe(true);
  expect(isShut()).toBe(false);
  drawn[1].finish();
  await over;
  expect(isShut()).toBe(true);
});
