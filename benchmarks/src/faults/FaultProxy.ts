import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Bytes read at once where they are passed on at a rate. */
const TRICKLE = 64;

/**
 * A network between recorder and server, on 127.0.0.1: it can be slow, late, stand still in one direction or both, and break without a word.
 *
 * @example
 * ```ts
 * const proxy = await FaultProxy.open(server.url);
 * const recorder = await FaultRecorder.join(proxy.url);
 * proxy.held = 'both';
 * ```
 */
export class FaultProxy {
  /** Which way nothing is passed on: up is to the server. What comes meanwhile waits in the sender's system, as behind a network that is gone. */
  held: 'none' | 'up' | 'down' | 'both' = 'none';
  /** Bytes a second to the server; null for all there are. */
  rateUp: number | null = null;
  /** ms that a piece waits, asked for each; what is behind it waits too. */
  delay: () => number = () => 0;
  readonly #sockets = new Set<Socket>();

  private constructor(
    readonly url: string,
    private readonly server: Server,
  ) {}

  static async open(target: string): Promise<FaultProxy> {
    const port = Number(new URL(target).port);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new FaultProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
    server.on('connection', (near) => {
      const far = connect(port, '127.0.0.1');
      proxy.#join(near, far);
    });
    return proxy;
  }

  /** Breaks every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  #join(near: Socket, far: Socket): void {
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        // Behind a network that stands still nobody hears of it.
        if (this.held === 'none') other.destroy();
      });
    }
    void this.#pass(near, far, 'up');
    void this.#pass(far, near, 'down');
  }

  async #pass(from: Socket, to: Socket, way: 'up' | 'down'): Promise<void> {
    from.pause();
    while (!from.destroyed && !to.destroyed) {
      if (this.held === 'both' || this.held === way) {
        await pause(20);
        continue;
      }
      const rate = way === 'up' ? this.rateUp : null;
      const piece: Buffer | null = rate === null ? from.read() : (from.read(TRICKLE) ?? from.read());
      if (piece === null) {
        if (from.readableEnded) break;
        await readable(from);
        continue;
      }
      const ms = this.delay() + (rate === null ? 0 : (1000 * piece.length) / rate);
      if (ms > 0) await pause(ms);
      if (!to.destroyed) to.write(piece);
    }
    if (this.held === 'none') to.end();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function readable(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      for (const name of ['readable', 'end', 'close']) socket.off(name, settle);
      resolve();
    };
    for (const name of ['readable', 'end', 'close']) socket.on(name, settle);
  });
}
