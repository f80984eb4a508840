import { join } from 'node:path';
import {
  createEncoder,
  encoderNames,
  loadExtensions,
  RendererService,
  ReplayScene,
  registeredParts,
  registerScene,
} from '@sgaps/pipeline';
import { SgapsError } from '@sgaps/protocol';
import { FreeScene, openSplatRenderer, SplatFolder, SplatScene, StreamScene, StreamThread } from '@sgaps/splats';
import { Command, Option } from 'commander';
import { readSecrets } from '../access/secrets.js';
import { secretFileOption } from '../access/tokenCommand.js';
import { ArchiveModels } from '../archive/ArchiveModels.js';
import { RedisLink } from '../cluster/RedisLink.js';
import {
  archiveModelsOption,
  inferenceOption,
  jsonOption,
  localBytesOption,
  logLevelOption,
  seekCacheOption,
  stopWith,
  storeOption,
  wholeNumber,
} from '../commandLine.js';
import type { Inference } from '../inference/Inference.js';
import { type InferenceChoice, openInference } from '../inference/shared/openInference.js';
import { nodeMachine } from '../playback/nodeMachine.js';
import { SeekCache } from '../playback/SeekCache.js';
import { fail } from '../program/fail.js';
import { FreeLibrary } from '../splats/FreeLibrary.js';
import { SplatCache } from '../splats/SplatCache.js';
import { openCopies } from '../storage/blobs/openCopies.js';
import { type LogLevel, openLog } from '../watching/openLog.js';
import { openRemoteReplay } from './openRemoteReplay.js';
import { ReplayLibrary } from './ReplayLibrary.js';

/** What viewers may ask of a renderer that is not told otherwise: `debug` lets anyone who watches fill its disk. */
const USUAL_ENCODERS = ['jpeg+depth', 'jpeg+depth+alpha', 'h264'];

interface RendererFlags {
  readonly scene: string[];
  readonly encoder?: string[];
  readonly data: string;
  readonly store?: string;
  readonly localBytes?: number;
  readonly server?: string;
  readonly token?: string;
  readonly sockets?: string;
  readonly splats?: string;
  readonly splatsOn: 'auto' | 'webgpu' | 'cpu';
  readonly extensions: string[];
  readonly channels: number;
  readonly seekCache: number;
  readonly worker?: string;
  readonly model?: string;
  readonly provider: 'auto' | 'cuda' | 'webgpu' | 'cpu';
  readonly inference: InferenceChoice;
  readonly redis?: string;
  readonly secretFile?: string;
  readonly archiveModels: string[];
  readonly debugFolder?: string;
  readonly supervised?: boolean;
  readonly jsonLogs?: boolean;
  readonly json?: boolean;
  readonly logLevel: LogLevel;
}

/**
 * `sgaps renderer`: draws what viewers ask the transport for (P1).
 *
 * @example
 * ```ts
 * program.addCommand(rendererCommand());
 * ```
 */
export function rendererCommand(): Command {
  return new Command('renderer')
    .description('draw what viewers ask the transport for; start several to use more cores')
    .option('--scene <name...>', 'scenes to serve: names (replay), or whole ones (replay:ID)', [
      'replay',
      'splats',
      'stream',
      'free',
    ])
    .option(
      '--encoder <name...>',
      'encoders to serve (default: jpeg+depth, jpeg+depth+alpha, h264 and those of --extensions; raw, whose pictures are large, and debug, which saves pictures, only where they are named)',
    )
    .option('-d, --data <folder>', 'folder of recordings', './.sgaps-data')
    .option(
      '--splats <folder>',
      'folder of .ply, .splat and .spz files for splats:NAME, and of folders for stream:NAME (default: splats in the folder of recordings)',
    )
    .addOption(new Option('--splats-on <what>', 'what draws splats').choices(['auto', 'webgpu', 'cpu']).default('auto'))
    .addOption(storeOption())
    .addOption(localBytesOption())
    .option('--server <address>', 'read finished recordings of this SGAPS server over HTTP instead of from the folder')
    .addOption(new Option('--token <token>', 'with --server: a token that may watch, where it asks for one').env('SGAPS_TOKEN'))
    .option('--sockets <folder>', "folder of the transport's sockets (default: run in the folder of recordings)")
    .option('--extensions <folder...>', 'folders of renderers and encoders of your own', [])
    .option('--channels <number>', 'channels drawn at once', wholeNumber(1, 1000), 16)
    .addOption(seekCacheOption())
    .option('--worker <name>', 'name in logs and health')
    .option(
      '--model <name>',
      "model that refines frames, of @sgaps/models or a folder; 'none' for none (default: sgaps-mae-small)",
    )
    .addOption(new Option('--provider <name>', 'what runs the model').choices(['auto', 'cuda', 'webgpu', 'cpu']).default('auto'))
    .addOption(inferenceOption())
    .addOption(new Option('--redis <address>', 'Redis that knows of inference services (default: none)').env('REDIS_URL'))
    .addOption(secretFileOption())
    .addOption(archiveModelsOption())
    .option('--debug-folder <folder>', 'where the debug encoder saves pictures', './sgaps-debug')
    .option('--supervised', 'end when standard input does')
    .option('--json-logs', 'log JSON lines instead of readable ones')
    .addOption(logLevelOption())
    .addOption(jsonOption())
    .action(renderer);
}

async function renderer(flags: RendererFlags): Promise<void> {
  const log = openLog('sgaps-renderer', { json: flags.jsonLogs, level: flags.logLevel, aside: flags.json });
  const { data, provider, extensions, channels, worker, server, scene: scenes, encoder: encoders } = flags;
  const recordings = join(data, 'recordings');
  const keeps = server === undefined && flags.seekCache > 0;
  const cache = keeps ? new SeekCache({ recordings, bytes: flags.seekCache * 2 ** 20, log }) : null;
  const copies = await openCopies({ ...flags, log }).catch((error: unknown) => fail(error));
  if (copies === undefined) return;
  const library = new ReplayLibrary(recordings, log, cache, copies);
  const free = new FreeLibrary(recordings, log, server === undefined ? new SplatCache({ recordings, log }) : null, copies);
  const archiveModels = new ArchiveModels({ models: flags.archiveModels });
  let inference: Inference | null = null;
  let link: RedisLink | null = null;
  let service: RendererService | null = null;
  const close = async (): Promise<void> => {
    await service?.close();
    await library.close();
    await free.close();
    await inference?.close();
    link?.close();
    await archiveModels.close();
    copies?.blobs.close();
  };
  try {
    // Only where a service may be: a renderer needs nothing else of Redis.
    if (flags.redis && flags.model !== 'none' && flags.inference !== 'local') link = await RedisLink.open(flags.redis, log);
    const choice = { where: flags.inference, model: { model: flags.model, provider }, redis: link?.redis ?? null };
    inference = flags.model === 'none' ? null : await openInference({ ...choice, secrets: readSecrets(flags.secretFile), log });
    const open = (id: string) => (server ? openRemoteReplay(server, id, flags.token) : library.open(id));
    const model = () => inference?.open() ?? null;
    registerScene('replay', () => new ReplayScene({ open, machine: nodeMachine, model, archiveModel: archiveModels.get }));
    const splats = new SplatFolder(flags.splats ?? join(data, 'splats'));
    const renderer = () => openSplatRenderer({ on: flags.splatsOn });
    registerScene('splats', () => new SplatScene({ open: (name) => splats.open(name), renderer }));
    const stream = async (name: string) => StreamThread.open(await splats.stream(name));
    registerScene('stream', () => new StreamScene({ open: stream, renderer }));
    const openFree = (id: string) => (server ? Promise.reject(elsewhere()) : free.open(id));
    registerScene('free', () => new FreeScene({ open: openFree, renderer }));
    const shipped = encoderNames();
    for (const folder of extensions) await loadExtensions(folder);
    const added = encoderNames().filter((name) => !shipped.includes(name));
    const parts = { ...registeredParts(), encoder: (name: string) => createEncoder(name, { folder: flags.debugFolder }) };
    service = RendererService.start({
      sockets: flags.sockets ?? join(data, 'run'),
      scenes,
      encoders: encoders ?? [...USUAL_ENCODERS, ...added],
      parts,
      channels,
      worker,
      figures: () => {
        const { frames = 0, late = 0, failed = 0, invalid = 0, busyMs = 0 } = inference?.figures() ?? {};
        return { modelAnswered: frames, modelFallback: late + failed + invalid, modelBusySeconds: busyMs / 1000 };
      },
      log,
    });
    stopWith(close, log, flags.supervised);
    if (flags.json) process.stdout.write(`${JSON.stringify({ state: 'started', scenes })}\n`);
    await service.done;
  } catch (error) {
    await close().catch((failed: unknown) => log.error({ err: failed }, 'not closed cleanly'));
    fail(error);
  }
}

function elsewhere(): SgapsError {
  return new SgapsError(
    'UNSUPPORTED',
    'Splats of a recording are built where it lies: this renderer reads recordings of another machine.',
  );
}
