import { join } from 'node:path';
import type { ConnectionLimits } from '@sgaps/pipeline';
import { SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import type { LimitOptions } from '../access/ClientLimits.js';
import { METRICS_TOKEN_VARIABLE } from '../commandLine.js';
import { SupervisedProcess } from './SupervisedProcess.js';

/** ms in which the transport must listen. */
const LISTEN_WITHIN = 60_000;

/**
 * What `startServer` brings up for viewers.
 *
 * @example
 * ```ts
 * const viewing: ViewingOptions = { port: 0, renderers: 2 };
 * ```
 */
export interface ViewingOptions extends ConnectionLimits {
  /** Port that viewers connect to; 0 takes a free one. Default 2568. */
  readonly port?: number;
  /** Interface to listen on; default that of the server. */
  readonly host?: string;
  /** As of the server, whose they are by default: viewers need a token where there is a secret. */
  readonly secret?: string;
  readonly insecure?: boolean;
  readonly published?: string;
  readonly trustProxy?: number;
  /** What one client may do: joins and refusals count. Default those of the server. */
  readonly limits?: Pick<LimitOptions, 'joins' | 'refusals'>;
  /** Renderer processes. Default 1. */
  readonly renderers?: number;
  /** Encoders that viewers may ask for. Default `jpeg+depth` and `h264`. */
  readonly encoders?: readonly string[];
  /** As of `sgaps renderer`. */
  readonly model?: string;
  readonly provider?: string;
  readonly inference?: string;
  readonly redis?: string;
  /** What decoder states that make recordings quick to seek in may take in all, bytes; 0 for none. Default that of the server, 2 GiB. */
  readonly seekBytes?: number;
  /** Store that recordings are fetched from, and what copies may take here. Default those of the server. */
  readonly store?: string;
  readonly localBytes?: number;
  /** Names or folders of archive models, beside those of `@sgaps/models`. */
  readonly archiveModels?: readonly string[];
  /** Folder of splats and streams. Default `splats` in the folder of recordings. */
  readonly splats?: string;
  /** What draws splats: a GPU where there is one (`auto`), or as told. Default `auto`. */
  readonly splatsOn?: 'auto' | 'webgpu' | 'cpu';
  /** Origins other than the host's own whose pages may watch. */
  readonly origins?: readonly string[];
  /** Port of the transport's `/metrics`, 0 for a free one; default that which viewers connect to. */
  readonly metricsPort?: number;
  /** Interface of that port; default 127.0.0.1. */
  readonly metricsHost?: string;
  /** What the transport's `/metrics` must be asked with, 16 characters or more. Default that of the server. */
  readonly metricsToken?: string | null;
}

/**
 * The transport and the renderers of a server, each a process of its own: viewers take nothing from the rooms.
 *
 * @example
 * ```ts
 * const viewing = await ViewingProcesses.start({ port: 0 }, './.sgaps-data', log);
 * console.log(viewing.port);
 * await viewing.close();
 * ```
 */
export class ViewingProcesses {
  private constructor(
    /** The port that viewers connect to. */
    readonly port: number,
    readonly transport: SupervisedProcess,
    readonly renderers: readonly SupervisedProcess[],
  ) {}

  /** Starts them. @throws SgapsError `UNSUPPORTED` where the transport does not come up. */
  static async start(options: ViewingOptions, data: string, log: Logger): Promise<ViewingProcesses> {
    const { port = 2568, host, renderers = 1, encoders = [], model, provider, seekBytes, origins = [] } = options;
    const { splats, splatsOn, archiveModels = [], secret = '', insecure = false, published, trustProxy } = options;
    const { store, localBytes, metricsPort, metricsHost, connections, connectionsPerAddress } = options;
    const { inference, redis = '', limits = {}, metricsToken } = options;
    const sockets = ['--sockets', join(data, 'run')];
    const flag = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
    const open = origins.length > 0 ? ['--origins', ...origins] : [];
    const bounds = Object.entries({
      ...{ '--connections': connections, '--connections-per-address': connectionsPerAddress },
      ...{ '--limit-joins': limits.joins, '--limit-refusals': limits.refusals },
    }).flatMap(([name, value]) => flag(name, value?.toString()));
    // Viewers are told one port: it is there again when the transport comes back.
    let listensAt = port;
    const reach = [...flag('--host', host), ...flag('--published', published), ...(insecure ? ['--insecure'] : []), ...bounds];
    const proxies = flag('--trust-proxy', trustProxy === undefined ? undefined : String(trustProxy));
    const watched = [...flag('--metrics-port', metricsPort?.toString()), ...flag('--metrics-host', metricsHost)];
    const args = () => ['transport', '--port', String(listensAt), ...reach, ...proxies, ...sockets, ...open, ...watched];
    let transport: SupervisedProcess | undefined;
    let late: NodeJS.Timeout | undefined;
    try {
      const at = await new Promise<number>((resolve, reject) => {
        const refuse = (why: string) => reject(new SgapsError('UNSUPPORTED', `The transport does not come up: ${why}`));
        transport = new SupervisedProcess(args, log, {
          heard: ({ msg, port: found }) => {
            if (msg !== 'transport listening') return;
            listensAt = Number(found);
            resolve(listensAt);
          },
          ended: refuse,
          // Also where there is none: that of our own environment is not the server's then.
          variables: { SGAPS_SECRET: secret, SGAPS_SECRET_FILE: '', [METRICS_TOKEN_VARIABLE]: metricsToken ?? '' },
        });
        late = setTimeout(() => refuse(`it said nothing for ${LISTEN_WITHIN / 1000} s`), LISTEN_WITHIN);
      });
      const named = encoders.length > 0 ? ['--encoder', ...encoders] : [];
      const kept = flag('--seek-cache', seekBytes === undefined ? undefined : String(Math.ceil(seekBytes / 2 ** 20)));
      const fills = [...flag('--model', model), ...flag('--provider', provider), ...flag('--inference', inference)];
      const draws = [...flag('--splats', splats), ...flag('--splats-on', splatsOn)];
      const decodes = archiveModels.length > 0 ? ['--archive-models', ...archiveModels] : [];
      const stored = [...flag('--store', store), ...flag('--local-bytes', localBytes?.toString())];
      // What inference services are found and trusted by.
      const variables = { REDIS_URL: redis, SGAPS_SECRET: secret, SGAPS_SECRET_FILE: '' };
      const own = ['renderer', '--data', data, ...stored, ...sockets, ...named, ...kept, ...fills, ...draws, ...decodes];
      const workers = Array.from(
        { length: renderers },
        (_, i) => new SupervisedProcess([...own, '--worker', `renderer-${i + 1}`], log, { variables }),
      );
      return new ViewingProcesses(at, transport as SupervisedProcess, workers);
    } catch (error) {
      await transport?.stop();
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  /** Ends them; resolves when they are gone. */
  async close(): Promise<void> {
    await Promise.all([...this.renderers, this.transport].map((child) => child.stop()));
  }
}
