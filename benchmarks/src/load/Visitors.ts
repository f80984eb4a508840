import { type ChildProcess, execFile } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SgapsError } from '@sgaps/protocol';
import { Watcher } from '../pipeline/Watcher.js';
import type { ServerHello } from './serverProcess.js';

/** ms between visits; of these every so many is a viewer, and an archive. */
const EVERY = 1000;
const WATCHES_EACH = 5;
const ARCHIVES_EACH = 20;
/** Pictures that a viewer stays for, ms between them, and ms that a visitor waits for anything. */
const PICTURES = 20;
const PICTURE_EVERY = 100;
const ANSWER_WITHIN = 5000;
const CLI = fileURLToPath(import.meta.resolve('@sgaps/server/package.json')).replace('package.json', 'dist/cli.js');

/**
 * Those who come to see what a server records: they list, look at thumbnails, load files, watch through the transport, archive and delete.
 *
 * @example
 * ```ts
 * const visitors = new Visitors(rig.hello, data);
 * await visitors.run(() => over, () => newest, () => finished);
 * ```
 */
export class Visitors {
  pictures = 0;
  requests = 0;
  archived = 0;
  deleted = 0;
  readonly #hello: ServerHello;
  readonly #data: string;
  #archiving: Promise<void> = Promise.resolve();
  /** The recording that is being archived. */
  #inArchiver: string | null = null;
  #isOver = false;
  #failure: SgapsError | null = null;
  #archiver: ChildProcess | null = null;

  constructor(hello: ServerHello, data: string) {
    this.#hello = hello;
    this.#data = data;
  }

  /** Counts anew. */
  clear(): void {
    this.pictures = this.requests = this.archived = this.deleted = 0;
  }

  /** Comes again and again, until it is over. Rejects with `CLOSED` where an archive fails. */
  async run(isOver: () => boolean, running: () => string | undefined, finished: () => readonly string[]): Promise<void> {
    for (let turn = 1; !isOver(); turn++) {
      await wait(EVERY);
      if (this.#failure) throw this.#failure;
      const [live, stored] = [running(), finished().at(-1)];
      await this.#browse(stored);
      const seen = turn % (2 * WATCHES_EACH) === 0 ? stored : live;
      if (turn % WATCHES_EACH === 0 && seen) await this.#watch(seen);
      if (turn % ARCHIVES_EACH === 0 && stored && this.#inArchiver === null) this.#archiving = this.#archive(stored);
    }
    // What is not done by now is given up; the recording stays as it was.
    this.#isOver = true;
    this.#archiver?.kill();
    await this.#archiving;
    this.#isOver = false;
  }

  /** Deletes a recording; one that is being archived, once that is done. */
  async delete(id: string | undefined): Promise<void> {
    if (id === undefined) return;
    if (id === this.#inArchiver) {
      this.#archiving = this.#archiving.then(() => this.delete(id));
      return;
    }
    const { status } = await fetch(`${this.#hello.url}/api/recordings/${id}`, { method: 'DELETE' });
    if (status === 204) this.deleted++;
  }

  async #browse(stored: string | undefined): Promise<void> {
    await this.#get('/api/recordings?limit=20');
    await this.#get('/healthz');
    const sessions = JSON.parse(new TextDecoder().decode(await this.#get('/api/sessions'))) as {
      items: readonly { readonly roomId: string }[];
    };
    const { roomId } = sessions.items.at(0) ?? {};
    if (roomId) await this.#get(`/api/sessions/${roomId}/thumbnail`);
    if (!stored) return;
    await this.#get(`/api/recordings/${stored}/thumbnail`);
    await this.#get(`/api/recordings/${stored}/download`);
  }

  /** What is there; a thumbnail may be missing, which is an answer too. */
  async #get(path: string): Promise<ArrayBuffer> {
    const response = await fetch(`${this.#hello.url}${path}`, { signal: AbortSignal.timeout(ANSWER_WITHIN) });
    this.requests++;
    return response.arrayBuffer();
  }

  async #watch(id: string): Promise<void> {
    const { viewingPort } = this.#hello;
    if (viewingPort === null) return;
    const joining = Watcher.join(viewingPort, { scene: `replay:${id}`, encoder: 'jpeg+depth' });
    // One that was deleted meanwhile, or a renderer with too much to do: the viewer goes, and comes another time.
    const watcher = await Promise.race([joining.catch(() => null), wait(ANSWER_WITHIN, null)]);
    if (!watcher) {
      joining.then((late) => late.leave()).catch(() => undefined);
      return;
    }
    watcher.size(320, 180);
    for (let i = 0; i < PICTURES; i++) {
      // The live edge, as pages ask for it.
      const came = await Promise.race([watcher.ask(Number.POSITIVE_INFINITY), wait(ANSWER_WITHIN, null)]);
      if (came === null) break;
      await wait(PICTURE_EVERY);
    }
    this.pictures += watcher.pictures;
    watcher.leave();
  }

  /** By a process of its own, as the server itself does, that gives way to all others. */
  #archive(id: string): Promise<void> {
    this.#inArchiver = id;
    return new Promise((resolve) => {
      const args = [CLI, 'archive', '--json', '--larger', '--reconstructor', 'none', '--data', this.#data, '--', id];
      const child = execFile(process.execPath, args, (error, _, complaint) => {
        this.#inArchiver = null;
        if (!error) this.archived++;
        else if (!this.#isOver)
          this.#failure = new SgapsError('CLOSED', `Archiving ${id} failed: ${complaint.trim()}`, { cause: error });
        resolve();
      });
      this.#archiver = child;
      if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    });
  }
}
