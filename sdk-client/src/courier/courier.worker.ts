import { SgapsError } from '@sgaps/protocol';
import type { FrameBatch, PackedRequest } from './FrameBatch.js';
import { LocalPort } from './LocalPort.js';
import { type FromCourier, type ToCourier, transfersOf } from './messages.js';
import { openConnection } from './openConnection.js';

/** Milliseconds after which the recorder is told how far the courier is, when no request tells it sooner. */
const NEWS_WITHIN = 100;

/** What a worker's global scope offers; TypeScript's DOM library knows the window only. */
interface WorkerScope {
  postMessage(message: FromCourier, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToCourier>) => void) | null;
  close(): void;
}

const scope = globalThis as unknown as WorkerScope;
const spare: FrameBatch[] = [];
let port: LocalPort | null = null;
let newsTimer: ReturnType<typeof setTimeout> | null = null;

/** Answers what is waiting to be told: requests, figures, and arrays that may be filled again. */
function tell(requests: readonly PackedRequest[]): void {
  if (!port) return;
  if (newsTimer !== null) clearTimeout(newsTimer);
  // While too much is waiting no batch comes, and the recorder must hear when that is over.
  newsTimer = port.isBehind ? setTimeout(() => tell([]), NEWS_WITHIN) : null;
  const given = spare.splice(0);
  const transfer = [...requests.map(({ words }) => words.buffer), ...given.flatMap(transfersOf)];
  scope.postMessage({ type: 'news', requests, figures: port.figures, spare: given }, transfer as Transferable[]);
}

async function open(message: Extract<ToCourier, { type: 'open' }>): Promise<void> {
  try {
    const connection = await openConnection(message.options, message.keep);
    const { welcome } = connection;
    const { schema } = message.options.join;
    const onKept = (kept: typeof welcome) => scope.postMessage({ type: 'kept', welcome: kept });
    port = new LocalPort(connection, { welcome, schema, bufferedBytes: message.bufferedBytes, onKept });
    scope.postMessage({ type: 'opened', welcome });
    port.listen({
      onRequests: tell,
      onFault: (code, text) => scope.postMessage({ type: 'fault', code, message: text }),
      onAway: (reason) => scope.postMessage({ type: 'away', reason }),
      onBack: () => scope.postMessage({ type: 'back' }),
      onRestart: (next) => scope.postMessage({ type: 'restart', welcome: next }),
      onClosed: (reason) => {
        tell([]);
        scope.postMessage({ type: 'closed', reason });
      },
    });
  } catch (cause) {
    const code = cause instanceof SgapsError ? cause.code : 'CLOSED';
    scope.postMessage({ type: 'refused', code, message: cause instanceof Error ? cause.message : String(cause) });
  }
}

function take(batch: FrameBatch): void {
  if (!port) return;
  port.send(batch);
  spare.push(batch);
  newsTimer ??= setTimeout(() => tell([]), NEWS_WITHIN);
}

/** The recorder ends this worker on `left`: a socket that has not said goodbye by then looks cut to the server. */
async function leave(): Promise<void> {
  tell([]);
  await port?.close();
  scope.postMessage({ type: 'left' });
}

scope.onmessage = ({ data }) => {
  if (data.type === 'open') void open(data);
  else if (data.type === 'batch') take(data.batch);
  else if (data.type === 'event') port?.sendEvent(data.event);
  else if (data.type === 'stats') port?.sendStats(data.stats);
  else if (data.type === 'keep') port?.keep();
  else void leave();
};
scope.postMessage({ type: 'ready' });
