import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { Command, Option } from 'commander';
import { readSecrets } from '../../access/secrets.js';
import { secretFileOption } from '../../access/tokenCommand.js';
import { RedisLink } from '../../cluster/RedisLink.js';
import { jsonOption, logLevelOption, stopWith } from '../../commandLine.js';
import { fail } from '../../program/fail.js';
import { type LogLevel, openLog } from '../../watching/openLog.js';
import { USUAL_MODEL } from '../createInference.js';
import { InferenceService } from '../InferenceService.js';
import { openModel } from '../openModel.js';
import { readCard } from '../readCard.js';
import type { Provider } from '../threadMessages.js';
import { readAddress, writeAddress } from './address.js';
import { InferenceDirectory } from './InferenceDirectory.js';
import { InferenceHost } from './InferenceHost.js';

interface InferenceFlags {
  readonly listen: string;
  readonly advertise?: string;
  readonly redis?: string;
  readonly secretFile?: string;
  readonly model?: string;
  readonly provider: 'auto' | Provider;
  readonly jsonLogs?: boolean;
  readonly json?: boolean;
  readonly logLevel: LogLevel;
}

/**
 * `sgaps inference`: runs the model for servers and renderers of other processes, one for each GPU.
 *
 * @example
 * ```ts
 * program.addCommand(inferenceCommand());
 * ```
 */
export function inferenceCommand(): Command {
  return new Command('inference')
    .description('run the model for servers and renderers in other processes, one of these for each GPU')
    .option('--listen <address>', 'unix:/path/of.sock, or tcp:host:port of a private network', 'unix:/run/sgaps/inference.sock')
    .option('--advertise <address>', 'where servers reach it, where that is another address than it listens at')
    .addOption(
      new Option('--redis <address>', 'Redis through which servers find it (default: none, servers are told its address)').env(
        'REDIS_URL',
      ),
    )
    .option('--model <name>', 'model of @sgaps/models or a folder with a slash in its path (default: sgaps-mae-small)')
    .addOption(new Option('--provider <name>', 'what runs the model').choices(['auto', 'cuda', 'webgpu', 'cpu']).default('auto'))
    .addOption(secretFileOption())
    .option('--json-logs', 'log JSON lines instead of readable ones')
    .addOption(logLevelOption())
    .addOption(jsonOption())
    .action(inference);
}

async function inference(flags: InferenceFlags): Promise<void> {
  const log = openLog('sgaps-inference', { json: flags.jsonLogs, level: flags.logLevel, aside: flags.json });
  const closing: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const step of closing.reverse()) await step();
  };
  try {
    const { listen, advertise, provider } = flags;
    const address = readAddress(listen);
    if (advertise !== undefined) readAddress(advertise);
    if ('path' in address) mkdirSync(dirname(address.path), { recursive: true });
    const folder = await openModel(flags.model ?? USUAL_MODEL);
    const { sha256 } = await readCard(folder);
    const service = await InferenceService.start({ folder, provider, log });
    closing.push(() => service.close());
    const host = await InferenceHost.listen({ service, sha256, address, secrets: readSecrets(flags.secretFile), log });
    closing.push(() => host.close());
    const said = advertise ?? writeAddress(host.address);
    if (flags.redis) {
      const link = await RedisLink.open(flags.redis, log);
      closing.push(() => link.close());
      closing.push(new InferenceDirectory(link.redis).announce(announcement(service, sha256, said)));
    }
    log.info({ address: said, servers: host.servers }, 'inference listening');
    if (flags.json) process.stdout.write(`${JSON.stringify({ state: 'listening', address: said })}\n`);
    stopWith(close, log);
  } catch (error) {
    await close().catch((failed: unknown) => log.error({ err: failed }, 'not closed cleanly'));
    fail(error instanceof Error && 'code' in error && error.code === 'EACCES' ? notAllowed(error) : error);
  }
}

/** What it says of itself every second. */
function announcement(service: InferenceService, sha256: string, address: string) {
  const machine = hostname();
  const id = `${machine}.${process.pid}.${address}`;
  let last = { at: performance.now(), busyMs: 0 };
  let busy = 0;
  return () => {
    const { model, provider, busyMs } = service.figures();
    const at = performance.now();
    if (at - last.at > 500) {
      busy = Math.min(1, (busyMs - last.busyMs) / (at - last.at));
      last = { at, busyMs };
    }
    return { id, address, machine, model, sha256, provider, busy };
  };
}

function notAllowed(error: Error): SgapsError {
  return new SgapsError('ARGUMENT_INVALID', `It may not listen there (${error.message}); choose another address by --listen.`);
}
