import type { Client } from '@colyseus/core';

/** What a `ws` socket has beyond what Colyseus says of it. */
interface Socket {
  readonly readyState?: number;
  terminate?(): void;
}

/** True while the client's socket is open. */
export function isOpen(client: Client): boolean {
  return (client.ref as Socket).readyState === 1;
}

/** Tears the client's socket down without a word. */
export function terminate(client: Client): void {
  (client.ref as Socket).terminate?.();
}

/** Messages that Colyseus has counted in the running second. */
export function messagesThisSecond(client: Client): number {
  return (client as { readonly _numMessagesLastSecond?: number })._numMessagesLastSecond ?? 0;
}
