import { expect, it } from 'vitest';
import { SharedEncoder, SharedStream } from './SharedEncoder.js';

/** Encoders that write down what they were fed since their fresh start. */
function encoders() {
  const fed: string[] = [];
  const encode = (key: string) => async (encoder: number, afresh: boolean) => {
    fed[encoder] = afresh ? key : `${fed[encoder]} ${key}`;
    return new TextEncoder().encode(fed[encoder]);
  };
  return { fed, encode };
}

function streams(shared: SharedEncoder) {
  const { fed, encode } = encoders();
  const send = async (stream: SharedStream, key: string, afresh = false) =>
    new TextDecoder().decode(await shared.encode(stream, key, afresh, encode(key)));
  return { fed, send };
}

it('encodes once what two streams are fed alike, whoever comes first', async () => {
  const shared = new SharedEncoder();
  const { fed, send } = streams(shared);
  const [a, b] = [new SharedStream(), new SharedStream()];
  expect(await send(a, '1')).toBe('1');
  expect(await send(a, '2')).toBe('1 2');
  expect(await send(b, '1')).toBe('1');
  expect(await send(b, '2')).toBe('1 2');
  expect(await send(b, '3')).toBe('1 2 3');
  expect(await send(a, '3')).toBe('1 2 3');
  expect(shared).toMatchObject({ encoded: 3, shared: 3, parted: 0 });
  expect(fed).toHaveLength(1);
});

it('lets a stream that parts start afresh with an encoder of its own', async () => {
  const shared = new SharedEncoder();
  const { fed, send } = streams(shared);
  const [a, b] = [new SharedStream(), new SharedStream()];
  await send(a, '1');
  await send(a, '2');
  await send(b, '1');
  expect(await send(b, 'other')).toBe('other');
  expect(await send(b, '3')).toBe('other 3');
  expect(await send(a, '3')).toBe('1 2 3');
  expect(shared).toMatchObject({ encoded: 5, shared: 1, parted: 1 });
  expect(fed).toHaveLength(2);
});

it('brings streams together again at a fresh start, and uses the encoder that is left', async () => {
  const shared = new SharedEncoder();
  const { fed, send } = streams(shared);
  const [a, b, c] = [new SharedStream(), new SharedStream(), new SharedStream()];
  await send(a, '1');
  await send(a, '2');
  await send(b, '1');
  await send(b, 'other');
  expect(await send(a, '3', true)).toBe('3');
  expect(await send(b, '3', true)).toBe('3');
  expect(await send(b, '4')).toBe('3 4');
  expect(await send(c, 'new')).toBe('new');
  expect(await send(a, '4')).toBe('3 4');
  expect(shared.parted).toBe(1);
  expect(fed).toHaveLength(2);
});
