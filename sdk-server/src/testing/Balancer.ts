import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** One address before several servers: each connection goes to the next of them that can be reached. */
export class Balancer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #next = 0;

  private constructor(private readonly urls: () => readonly string[]) {
    this.#server = createServer((client) => this.#forward(client, this.urls().length));
  }

  static async open(urls: () => readonly string[]): Promise<Balancer> {
    const balancer = new Balancer(urls);
    await new Promise<void>((resolve) => balancer.#server.listen(0, '127.0.0.1', resolve));
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #forward(client: Socket, tries: number): void {
    const urls = this.urls();
    const { hostname, port } = new URL(urls[this.#next++ % urls.length]);
    const server = connect(Number(port), hostname);
    server.once('connect', () => {
      for (const socket of [client, server]) {
        this.#sockets.add(socket);
        socket.once('close', () => this.#sockets.delete(socket));
      }
      client.on('error', () => server.destroy()).on('close', () => server.destroy());
      server.on('close', () => client.destroy());
      client.pipe(server).pipe(client);
    });
    server.on('error', () => {
      if (server.readyState === 'open') client.destroy();
      else if (tries > 1) this.#forward(client, tries - 1);
      else client.destroy();
    });
  }
}
