import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

/**
 * Notes what this process' time goes to.
 *
 * @example
 * ```ts
 * const profiler = new CpuProfiler();
 * await profiler.start();
 * await profiler.stop('/tmp/server.cpuprofile');
 * ```
 */
export class CpuProfiler {
  readonly #session = new Session();

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.start');
  }

  /** Writes the profile since `start`. */
  async stop(file: string): Promise<void> {
    const { profile } = await this.#session.post('Profiler.stop');
    writeFileSync(file, JSON.stringify(profile));
    this.#session.disconnect();
  }
}
