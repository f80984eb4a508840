import { isSgapsError, type SgapsErrorCode } from '@sgaps/protocol';
import { make } from '../dom.js';

/** What went wrong, in a few words, and what may help. */
const WORDS: Readonly<Partial<Record<SgapsErrorCode, readonly [title: string, advice: string]>>> = {
  NOT_FOUND: ['There is no such recording', 'It was deleted, or the address is wrong.'],
  UNAUTHORIZED: ['You may not watch this', 'Sign in, or ask for a new link.'],
  STORAGE_FAILED: ['The recording cannot be read', 'See that the network is there, then try again.'],
  CLOSED: ['The connection ended', 'See that the server runs, then try again.'],
  UNSUPPORTED: ['This cannot be played here', 'Another browser, or a newer one, may be able to.'],
  VERSION_UNSUPPORTED: [
    'This was recorded by another version',
    'Load the page anew; if that does not help, the server needs an update.',
  ],
  CHECKSUM_MISMATCH: [
    'A part of the recording is damaged',
    'What lies before and after it still plays. A new copy of the file may be whole.',
  ],
  BYTES_TRUNCATED: ['The recording is cut short', 'Load the file anew.'],
  BYTES_MALFORMED: ['This is no recording', 'Choose a .sgaps file.'],
  MODEL_NOT_FOUND: ['The model is not there', 'Play without a model, or see its address.'],
  MODEL_INVALID: ['The model cannot be used', 'Play without a model, or load its files anew.'],
  PROVIDER_UNAVAILABLE: ['The model does not run here', 'Play without a model, or let it run on WASM.'],
};

/** Says what went wrong and what to do, over the picture. */
export class ErrorPanel {
  readonly element = make('div', { class: 'error', part: 'error', role: 'alert' });
  readonly #retry: () => void;

  constructor(retry: () => void) {
    this.#retry = retry;
    this.element.hidden = true;
  }

  /** Null shows nothing. */
  show(error: unknown, canRetry = true): void {
    this.element.hidden = error === null;
    if (error === null) return this.element.replaceChildren();
    const code = isSgapsError(error) ? error.code : null;
    const [title, advice] = (code && WORDS[code]) ?? ['This cannot be played', 'Try again, or load the page anew.'];
    const again = make('button', { type: 'button', class: 'button primary' }, 'Try again');
    again.addEventListener('click', this.#retry);
    this.element.replaceChildren(
      make('h2', {}, title),
      make('p', {}, error instanceof Error ? error.message : String(error)),
      make('p', { class: 'advice' }, advice),
      ...(code ? [make('code', {}, code)] : []),
      ...(canRetry ? [make('div', { class: 'actions' }, again)] : []),
    );
  }
}
