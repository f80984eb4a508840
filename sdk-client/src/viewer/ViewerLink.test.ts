import type { SgapsError } from '@sgaps/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PictureAnnounced } from './serverText.js';
import { type LinkText, ViewerLink } from './ViewerLink.js';

/** A connection that a test drives. */
class TestSocket {
  static readonly CLOSED = 3;
  static readonly OPEN = 1;
  static made: TestSocket[] = [];
  readyState = TestSocket.OPEN;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor() {
    TestSocket.made.push(this);
  }

  readonly send = () => undefined;

  close(): void {
    this.readyState = TestSocket.CLOSED;
    queueMicrotask(() => this.onclose?.({ code: 1000, reason: '' }));
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** The server is gone. */
  break(): void {
    this.readyState = TestSocket.CLOSED;
    this.onclose?.({ code: 1006, reason: '' });
  }
}

function begin() {
  const told: string[] = [];
  const nothing = () => undefined;
  const link = new ViewerLink<LinkText, PictureAnnounced>(
    {
      transport: 'ws://host',
      query: {},
      patient: false,
      words: ['pictures', 'view'],
      read: (json) => JSON.parse(json) as LinkText,
    },
    {
      ready: () => told.push('ready'),
      text: nothing,
      picture: nothing,
      overlay: nothing,
      dropped: nothing,
      stalled: nothing,
      failed: ({ code }: SgapsError) => told.push(code),
    },
  );
  return { link, told };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', TestSocket);
  TestSocket.made = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** So many times ready for so long, and broken then. */
async function breakOften(times: number, ms: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    TestSocket.made.at(-1)?.say({ type: 'ready' });
    await vi.advanceTimersByTimeAsync(ms);
    TestSocket.made.at(-1)?.break();
    await vi.advanceTimersByTimeAsync(8001);
  }
}

describe('a connection that no picture has come by', () => {
  it('comes back however often it breaks after it was good for a while', async () => {
    const { link, told } = begin();
    await breakOften(8, 10_001);
    expect(told).toEqual(Array(8).fill('ready'));
    await link.close();
  });

  it('is given up where it breaks at once each time', async () => {
    const { link, told } = begin();
    await breakOften(8, 100);
    expect(told.at(-1)).toBe('CLOSED');
    await link.close();
  });
});
