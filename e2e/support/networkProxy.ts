import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A network between page and server, on 127.0.0.1, that a test can cut, take away and hold up. */
export class NetworkProxy {
  /** New connections: passed on, broken at once, or left without an answer. */
  newcomers: 'pass' | 'refuse' | 'ignore' = 'pass';
  /** ms that every byte takes longer, either way. Set it before anybody connects: what is on its way is not overtaken. */
  delay = 0;
  /** Bytes that came from pages. */
  bytesUp = 0;
  /** Connections ever made. */
  connections = 0;
  readonly #links = new Map<Socket, Socket | null>();
  #held = false;

  private constructor(
    readonly port: number,
    private readonly server: Server,
  ) {}

  static async open(target: string): Promise<NetworkProxy> {
    const { port } = new URL(target);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new NetworkProxy((server.address() as AddressInfo).port, server);
    server.on('connection', (near) => proxy.#accept(near, Number(port)));
    return proxy;
  }

  get endpoint(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  /** Breaks every connection without a word. */
  cut(): void {
    for (const [near, far] of this.#links) {
      near.destroy();
      far?.destroy();
    }
  }

  /** Reads nothing more of what pages send, until `flow`. What the server says still arrives. */
  hold(): void {
    this.#held = true;
    for (const near of this.#links.keys()) near.pause();
  }

  flow(): void {
    this.#held = false;
    for (const [near, far] of this.#links) if (far) near.resume();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  #accept(near: Socket, port: number): void {
    this.connections++;
    // A cut shows as an error at either end.
    near.on('error', () => near.destroy());
    if (this.newcomers === 'refuse') {
      near.destroy();
      return;
    }
    if (this.newcomers === 'ignore') {
      this.#links.set(near, null);
      near.on('close', () => this.#links.delete(near));
      return;
    }
    const far = connect(port, '127.0.0.1');
    far.on('error', () => far.destroy());
    this.#links.set(near, far);
    near.on('close', () => {
      this.#links.delete(near);
      far.destroy();
    });
    far.on('close', () => near.destroy());
    near.on('data', (bytes) => {
      this.bytesUp += bytes.length;
      this.#pass(far, bytes);
    });
    far.on('data', (bytes) => this.#pass(near, bytes));
    if (this.#held) near.pause();
  }

  #pass(to: Socket, bytes: Buffer): void {
    if (this.delay === 0) to.write(bytes);
    else setTimeout(() => to.writable && to.write(bytes), this.delay);
  }
}
