import { ApiError, api, LOGIN_NEEDED } from './api.js';
import { byId, make } from './dom.js';

/** What `/api/access` says of whoever looks at the page. */
export interface AccessInfo {
  /** The server asks for a token. */
  readonly required: boolean;
  /** What one's token is for; null without any. */
  readonly scope: 'record' | 'watch' | 'admin' | null;
  readonly recording: string | null;
}

/** Finds out what whoever looks at the page may do; asks for a token where one is missing, then and whenever one has expired. */
export async function openAccess(): Promise<AccessInfo> {
  document.addEventListener(LOGIN_NEEDED, showLogin);
  const access = await api<AccessInfo>('/api/access');
  if (access.required && access.scope === null) showLogin();
  const leave = byId('logout', HTMLButtonElement);
  leave.hidden = !access.required || access.scope === null;
  leave.addEventListener('click', () => {
    api('/api/logout', { method: 'POST' }).then(
      () => location.reload(),
      () => location.reload(),
    );
  });
  return access;
}

let dialog: HTMLDialogElement | null = null;

/** True while a token is asked for: until there is one the server refuses whatever else is asked, and counts it. */
export const asksForToken = (): boolean => dialog !== null;

function showLogin(): void {
  if (dialog) return;
  const token = make('input', {
    type: 'password',
    name: 'token',
    autocomplete: 'current-password',
    required: '',
  });
  const state = make('p', { class: 'facts', role: 'status' });
  const form = make(
    'form',
    { class: 'form', id: 'login' },
    make('h2', { id: 'login-title' }, 'Log in'),
    make(
      'p',
      {},
      'This server is private: a link to it may have expired. Log in with a token that may watch; whoever runs the server makes it with sgaps token create.',
    ),
    make('label', {}, 'Token', token),
    state,
    make('div', { class: 'actions' }, make('button', { type: 'submit', class: 'button primary' }, 'Log in')),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void login(token.value, state);
  });
  dialog = make('dialog', { 'aria-labelledby': 'login-title' }, form);
  // There is nothing behind it to go back to.
  dialog.addEventListener('cancel', (event) => event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
  token.focus();
}

async function login(token: string, state: HTMLElement): Promise<void> {
  try {
    await api('/api/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: token.trim() }),
    });
    location.reload();
  } catch (error) {
    state.textContent = error instanceof ApiError ? error.message : 'The server did not answer.';
  }
}
