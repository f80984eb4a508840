import type { OverlayLayer } from '@sgaps/protocol';
import { ApiError, api } from './api.js';
import { byId } from './dom.js';
import { bytes } from './format.js';

/** ms between looks at a job. */
const LOOK_EVERY = 400;

/** A row of `/api/exports`. */
interface Job {
  readonly id: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'aborted';
  readonly progress: number;
  readonly bytes: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What the dialog is about. */
export interface ExportSubject {
  readonly recordingId: string;
  /** Seconds. */
  readonly duration: number;
  readonly overlays: readonly OverlayLayer[];
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
  /** The job under way; null when none is. */
  #job: string | null = null;

  constructor() {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#run().catch((error: unknown) => this.#tell(error));
    });
    byId('export-close', HTMLButtonElement).addEventListener('click', () => this.#dialog.close());
    this.#dialog.addEventListener('close', () => void this.#abort());
  }

  open(subject: ExportSubject): void {
    this.#subject = subject;
    this.#file.hidden = true;
    this.#progress.hidden = true;
    this.#state.textContent = '';
    this.#start.disabled = false;
    this.#field('from').value = '0';
    this.#field('to').value = subject.duration.toFixed(2);
    this.#dialog.showModal();
  }

  #field(name: string): HTMLInputElement | HTMLSelectElement {
    return this.#form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement;
  }

  async #run(): Promise<void> {
    const subject = this.#subject;
    if (!subject) return;
    const number = (name: string) => Number(this.#field(name).value);
    const withOverlays = (this.#field('overlays') as HTMLInputElement).checked;
    const format = this.#field('format').value;
    const picture = format === 'jsonl' ? {} : { scale: number('scale'), overlays: withOverlays ? subject.overlays : [] };
    const body = JSON.stringify({ format, from: number('from'), to: number('to'), ...picture });
    const path = `/api/recordings/${encodeURIComponent(subject.recordingId)}/exports`;
    const { id } = await api<{ id: string }>(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    this.#job = id;
    this.#file.hidden = true;
    this.#start.disabled = true;
    this.#progress.hidden = false;
    await this.#follow(id);
  }

  async #follow(id: string): Promise<void> {
    while (this.#job === id) {
      const { state, progress, bytes: size, error } = await api<Job>(`/api/exports/${id}`);
      this.#progress.value = progress;
      this.#state.textContent = state === 'running' ? `${Math.round(100 * progress)} %` : state;
      if (state === 'done' || error) {
        this.#job = null;
        this.#start.disabled = false;
        this.#state.textContent = error ? `${error.message} (${error.code})` : `Done: ${bytes(size ?? 0)}`;
        this.#file.hidden = error !== null;
        this.#file.href = `/api/exports/${id}/file`;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    }
  }

  async #abort(): Promise<void> {
    const job = this.#job;
    this.#job = null;
    // One that is over already is gone.
    if (job) await api(`/api/exports/${job}`, { method: 'DELETE' }).catch(() => undefined);
  }

  #tell(error: unknown): void {
    this.#start.disabled = false;
    const text = error instanceof Error ? error.message : String(error);
    this.#state.textContent = error instanceof ApiError ? `${text} (${error.code})` : text;
  }
}
