import { make } from '../dom.js';
import { icon } from '../icons.js';

/** How wide the window is from which on a popup stands above its button; in a narrower one it lies along the bottom. */
const NARROW = 560;
const GAP = 8;
let popups = 0;

/**
 * Something that opens above its button and closes by itself: in the top layer, so that no frame cuts it off, and in full screen too. Arrow keys go
 * through its items. The tab key stays in a dialog, which escape and its button close, and leaves a menu.
 */
export class Popup {
  readonly panel: HTMLDivElement;
  /** What it holds. */
  readonly content: HTMLElement;
  /** Called before it opens: what is in it may be made then. */
  onOpen: () => void = () => undefined;
  /** Stands in for the button as what the popup is above, where the button is not shown. */
  anchor: HTMLElement | null = null;
  readonly #button: HTMLButtonElement;
  readonly #role: 'menu' | 'dialog';
  readonly #close = make('button', { type: 'button', class: 'icon', 'aria-label': 'Close' }, icon('close'));
  readonly #ending = () => this.hide();

  /** `role` is `menu` where all that is in it are menu items, else `dialog`. */
  constructor(button: HTMLButtonElement, role: 'menu' | 'dialog', label: string) {
    this.#button = button;
    this.panel = make('div', { class: `popup ${role}`, part: 'popup', popover: 'auto', role, 'aria-label': label });
    this.panel.id = `popup-${++popups}`;
    this.content = role === 'menu' ? this.panel : make('div');
    this.#role = role;
    if (role === 'dialog') this.panel.append(this.#makeHead(label), this.content);
    button.setAttribute('aria-haspopup', role);
    button.setAttribute('aria-expanded', 'false');
    button.setAttribute('aria-controls', this.panel.id);
    button.popoverTargetElement = this.panel;
    this.panel.addEventListener('beforetoggle', (event) => {
      if ((event as ToggleEvent).newState === 'open') this.#open();
      // Inside a shadow root browsers do not give the focus back.
      else if (this.panel.matches(':focus-within')) this.#shownButton.focus();
    });
    this.panel.addEventListener('toggle', (event) => this.#toggled((event as ToggleEvent).newState === 'open'));
    this.panel.addEventListener('keydown', (event) => this.#key(event));
  }

  get isOpen(): boolean {
    return this.panel.matches(':popover-open');
  }

  toggle(): void {
    this.panel.togglePopover();
  }

  hide(): void {
    if (this.isOpen) this.panel.hidePopover();
  }

  get #shownButton(): HTMLElement {
    return this.#button.offsetParent === null && this.anchor ? this.anchor : this.#button;
  }

  #makeHead(label: string): HTMLElement {
    this.#close.addEventListener('click', () => this.hide());
    return make('div', { class: 'head' }, make('span', {}, label), this.#close);
  }

  #place(): void {
    const { right, top } = this.#shownButton.getBoundingClientRect();
    const narrow = innerWidth < NARROW;
    this.panel.classList.toggle('sheet', narrow);
    this.panel.style.right = narrow ? '0' : `${Math.max(GAP, innerWidth - right)}px`;
    this.panel.style.bottom = narrow ? '0' : `${Math.max(GAP, innerHeight - top + GAP)}px`;
    this.panel.style.maxHeight = narrow ? '70vh' : `${Math.max(160, top - 2 * GAP)}px`;
  }

  #open(): void {
    this.onOpen();
    this.#place();
    const items = this.#all;
    for (const item of items) item.autofocus = false;
    const first =
      items.find((item) => item.getAttribute('aria-checked') === 'true') ??
      items.find((item) => item !== this.#close) ??
      items[0];
    if (first) first.autofocus = true;
  }

  #toggled(open: boolean): void {
    this.#button.setAttribute('aria-expanded', String(open));
    const change = open ? addEventListener : removeEventListener;
    change('resize', this.#ending);
    change('scroll', this.#ending);
  }

  get #all(): HTMLElement[] {
    return [...this.panel.querySelectorAll<HTMLElement>('button:enabled, input:enabled')].filter(
      (item) => !item.closest('[hidden]'),
    );
  }

  #key(event: KeyboardEvent): void {
    // What is typed in a popup is the popup's.
    event.stopPropagation();
    const items = this.#all;
    const at = items.indexOf(event.composedPath()[0] as HTMLElement);
    if (event.key === 'Tab') return this.#tab(event, items, at);
    const slides = items[at] instanceof HTMLInputElement && items[at].type === 'range';
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    // Of one that is read only, arrow keys move the text.
    if (to === undefined || items.length < 2 || (slides && event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
    event.preventDefault();
    items[(to + items.length) % items.length].focus();
  }

  #tab(event: KeyboardEvent, items: readonly HTMLElement[], at: number): void {
    // From its button the focus goes on.
    if (this.#role === 'menu') return this.hide();
    if (at !== (event.shiftKey ? 0 : items.length - 1)) return;
    event.preventDefault();
    items[event.shiftKey ? items.length - 1 : 0].focus();
  }
}
