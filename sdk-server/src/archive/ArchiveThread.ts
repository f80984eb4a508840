import { Worker } from 'node:worker_threads';
import {
  type ArchiveGraph,
  type ArchiveGraphs,
  type ArchiveModelCard,
  checkArchiveGraph,
  type GraphOutput,
  type GraphTensor,
} from '@sgaps/core';
import { SgapsError } from '@sgaps/protocol';
import { reasonOf } from '../inference/Refusal.js';
import { RunGate } from '../inference/RunGate.js';
import type { ArchiveRequest, ArchiveThreadSetup, FromArchiveThread, ToArchiveThread } from './archiveMessages.js';

/** From its sources the thread needs what this process was started with; the published package is plain JavaScript. */
const FROM_SOURCES = import.meta.url.endsWith('.ts');
const PROGRAM = FROM_SOURCES ? new URL('./archive.worker.ts', import.meta.url) : new URL('./archive.worker.js', import.meta.url);
const EXEC_ARGV = FROM_SOURCES ? ['--conditions=sgaps-source', '--import', 'tsx'] : [];

interface Waiting {
  resolve(answer: FromArchiveThread): void;
  reject(error: SgapsError): void;
}

/**
 * The graphs of an archive model, in a thread of their own. It keeps the process alive only while something is asked of it.
 *
 * @example
 * ```ts
 * const graphs = new ArchiveThread('/srv/models/hst-mae-tiny', card, 2);
 * ```
 */
export class ArchiveThread implements ArchiveGraphs {
  readonly #gate = RunGate.open();
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #opened = new Map<ArchiveGraph, Promise<void>>();
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  readonly #running = new Set<Promise<unknown>>();
  #closed: Promise<void> | null = null;
  /** Why nothing can be asked any more. */
  #failed: SgapsError | null = null;

  constructor(
    folder: string,
    private readonly card: ArchiveModelCard,
    threads: number,
  ) {
    const workerData: ArchiveThreadSetup = { folder, sha256: card.sha256, threads, runGate: this.#gate.shared };
    this.#worker = new Worker(PROGRAM, { workerData, execArgv: EXEC_ARGV, name: 'sgaps-archive' });
    this.#worker.on('message', (message: FromArchiveThread) => this.#hear(message));
    let reason = 'it was ended';
    this.#worker.on('error', (error) => {
      reason = reasonOf(error);
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#gate.close();
        this.#failed = new SgapsError('PROVIDER_UNAVAILABLE', `The thread of ${card.id} failed: ${reason}. Open it anew.`);
        for (const { reject } of this.#waiting.values()) reject(this.#failed);
        this.#waiting.clear();
        resolve();
      });
    });
    this.#worker.unref();
  }

  run(
    graph: ArchiveGraph,
    inputs: readonly GraphTensor[],
    outputs: readonly GraphOutput[],
  ): Promise<readonly GraphTensor['data'][]> {
    if (this.#closed) return Promise.reject(new SgapsError('CLOSED', `The archive model ${this.card.id} is closed.`));
    const running = this.#run(graph, inputs, outputs).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return running;
  }

  /** Ends the thread when it has answered what was asked before. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#running);
    this.#worker.ref();
    this.#worker.postMessage({ kind: 'close', id: this.#asked++ } satisfies ToArchiveThread);
    await this.#exited;
  }

  async #run(
    graph: ArchiveGraph,
    inputs: readonly GraphTensor[],
    outputs: readonly GraphOutput[],
  ): Promise<readonly GraphTensor['data'][]> {
    let opened = this.#opened.get(graph);
    if (!opened) this.#opened.set(graph, (opened = this.#open(graph)));
    await opened;
    const answer = await this.#ask({ kind: 'run', graph, inputs, outputs });
    return answer.kind === 'ran' ? answer.outputs : [];
  }

  async #open(graph: ArchiveGraph): Promise<void> {
    const answer = await this.#ask({ kind: 'open', graph });
    if (answer.kind === 'opened') checkArchiveGraph(graph, answer, this.card.memoryWidth);
  }

  #ask(request: ArchiveRequest): Promise<FromArchiveThread> {
    return new Promise((resolve, reject) => {
      if (this.#failed) return reject(this.#failed);
      const id = this.#asked++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ ...request, id } satisfies ToArchiveThread);
    });
  }

  #hear(answer: FromArchiveThread): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (answer.kind === 'failed') waiting?.reject(new SgapsError(answer.code, answer.message));
    else waiting?.resolve(answer);
  }
}
