import type { OverlayLayer } from '@sgaps/protocol';
import { ApiError, api } from './api.js';
import { byId } from './dom.js';
import { bytes } from './format.js';

/** ms between looks at a job. */
const LOOK_EVERY = 400;

/** What `/api/exports/ID` says. */
interface Job {
  readonly state: 'running' | 'done' | 'failed';
  /** 0 … 1. */
  readonly progress: number;
  readonly bytes: number;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What the dialog is about. */
export interface ExportSubject {
  readonly recordingId: string;
  /** Seconds. */
  readonly duration: number;
  readonly overlays: readonly OverlayLayer[];
  /** There are no splats to be made of an archive. */
  readonly archived: boolean;
}

/** Asks for an export, tells how far it is, and gives the file. */
export class ExportDialog {
  readonly #dialog = byId('exporting', HTMLDialogElement);
  readonly #form = byId('export-form', HTMLFormElement);
  readonly #state = byId('export-state', HTMLParagraphElement);
  readonly #progress = byId('export-progress', HTMLProgressElement);
  readonly #file = byId('export-file', HTMLAnchorElement);
  readonly #start = byId('export-start', HTMLButtonElement);
  #subject: ExportSubject | null = null;
  /** The export under way, and its id once the server has told it. */
  #running: { job: string | null } | null = null;

  constructor() {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!this.#running) void this.#run();
    });
    byId('export-close', HTMLButtonElement).addEventListener('click', () => this.#dialog.close());
    this.#dialog.addEventListener('close', () => {
      const job = this.#running?.job;
      this.#running = null;
      if (job) void remove(job);
    });
  }

  open(subject: ExportSubject): void {
    this.#subject = subject;
    this.#file.hidden = true;
    this.#progress.hidden = true;
    this.#state.textContent = '';
    this.#start.disabled = false;
    const splats = this.#form.querySelector<HTMLOptionElement>('option[value="ply"]');
    if (splats) splats.disabled = subject.archived;
    this.#field('from').value = '0';
    this.#field('to').value = endOf(subject);
    this.#dialog.showModal();
  }

  #field(name: string): HTMLInputElement | HTMLSelectElement {
    return this.#form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement;
  }

  async #run(): Promise<void> {
    const subject = this.#subject;
    if (!subject) return;
    const running: { job: string | null } = { job: null };
    this.#running = running;
    this.#start.disabled = true;
    this.#file.hidden = true;
    try {
      const { id } = await api<{ id: string }>(`/api/recordings/${encodeURIComponent(subject.recordingId)}/exports`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(this.#wish(subject)),
      });
      running.job = id;
      // The dialog was closed before there was anything to end.
      if (this.#running !== running) return await remove(id);
      this.#progress.hidden = false;
      await this.#follow(running, id);
    } catch (error) {
      if (this.#running === running) this.#tell(error);
    }
  }

  #wish(subject: ExportSubject): Record<string, unknown> {
    const number = (name: string) => Number(this.#field(name).value);
    const withOverlays = (this.#field('overlays') as HTMLInputElement).checked;
    const format = this.#field('format').value;
    const picture =
      format === 'jsonl' || format === 'ply' ? {} : { scale: number('scale'), overlays: withOverlays ? subject.overlays : [] };
    // Hundredths of a second may fall short of the last frame.
    const to = this.#field('to').value === endOf(subject) ? undefined : number('to');
    return { format, from: number('from'), to, ...picture };
  }

  async #follow(running: { readonly job: string | null }, id: string): Promise<void> {
    for (;;) {
      const { state, progress, bytes: size, error } = await api<Job>(`/api/exports/${id}`);
      if (this.#running !== running) return;
      this.#progress.value = progress;
      if (state !== 'running') {
        this.#running = null;
        this.#start.disabled = false;
        this.#state.textContent = error ? `${error.message} (${error.code})` : `Done: ${bytes(size)}`;
        this.#file.hidden = error !== null;
        this.#file.href = `/api/exports/${id}/file`;
        return;
      }
      this.#state.textContent = `${Math.round(100 * progress)} %`;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    }
  }

  #tell(error: unknown): void {
    this.#running = null;
    this.#start.disabled = false;
    const text = error instanceof Error ? error.message : String(error);
    this.#state.textContent = error instanceof ApiError ? `${text} (${error.code})` : text;
  }
}

const endOf = ({ duration }: ExportSubject) => duration.toFixed(2);

/** Ends an export, or removes its file. */
async function remove(job: string): Promise<void> {
  // One that is over already is gone.
  await api(`/api/exports/${job}`, { method: 'DELETE' }).catch(() => undefined);
}
