import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import type { PackedPackage } from '../../scripts/lib/packTarballs.js';

/** A registry that npm installs from: packed packages as their newest version, and all others from where npm has them. */
export class TarballRegistry {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  /** Gives out `packed` at an address of its own, which no cache knows from an earlier run. */
  static async start(packed: readonly PackedPackage[]): Promise<TarballRegistry> {
    const elsewhere = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim().replace(/\/$/, '');
    const prefix = `/${randomUUID()}`;
    const server = createServer(({ url = '' }, response) => {
      const path = decodeURIComponent(url.slice(prefix.length));
      const file = packed.find(({ tarball }) => path === `/${basename(tarball)}`);
      const item = packed.find(({ name }) => path === `/${name}`);
      if (file) response.end(readFileSync(file.tarball));
      else if (item) response.setHeader('content-type', 'application/json').end(JSON.stringify(documentOf(item, base)));
      else response.writeHead(302, { location: elsewhere + url.slice(prefix.length) }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`;
    return new TarballRegistry(server, `${base}/`);
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

/** What a registry says of a package with one version. */
function documentOf({ name, manifest, tarball }: PackedPackage, base: string): object {
  const { version } = manifest;
  const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  const dist = { tarball: `${base}/${basename(tarball)}`, integrity };
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
}
