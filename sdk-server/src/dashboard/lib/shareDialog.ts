import { api } from './api.js';
import { byId } from './dom.js';

/** Makes a link by which anyone may watch a recording, and gives it to be copied. */
export class ShareDialog {
  readonly #dialog = byId('sharing', HTMLDialogElement);
  readonly #state = byId('share-state', HTMLParagraphElement);
  readonly #field = byId('share-field', HTMLLabelElement);
  readonly #link = byId('share-link', HTMLInputElement);
  readonly #copy = byId('share-copy', HTMLButtonElement);

  constructor() {
    this.#copy.addEventListener('click', () => void this.#copyLink());
    this.#link.addEventListener('focus', () => this.#link.select());
  }

  async open(recording: string): Promise<void> {
    this.#show('');
    this.#state.textContent = 'Making a link…';
    this.#dialog.showModal();
    try {
      const { url, expiresAt } = await api<{ url: string; expiresAt: number }>(`/api/recordings/${recording}/share`, {
        method: 'POST',
      });
      this.#show(url);
      this.#state.textContent = `Anyone who has this link may watch this session until ${new Date(expiresAt).toLocaleString()}.`;
      this.#link.focus();
    } catch (error) {
      this.#state.textContent = error instanceof Error ? error.message : String(error);
    }
  }

  #show(url: string): void {
    this.#link.value = url;
    this.#field.hidden = this.#copy.hidden = url === '';
  }

  async #copyLink(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#link.value);
      this.#state.textContent = 'The link is copied.';
    } catch {
      // Only pages that came safely may write there.
      this.#link.focus();
      this.#state.textContent = 'This page may not copy: the link is marked, copy it with your keyboard.';
    }
  }
}
