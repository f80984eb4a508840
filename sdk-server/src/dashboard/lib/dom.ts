/** The element with this id; throws when the page lacks it. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} #${id}.`);
  return element;
}

/** Makes an element: attributes, then children. Texts become text nodes, never markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Sets a text only where it changes: assistive technology hears of each write. */
export function setText(element: Node, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

const waiting = new WeakMap<HTMLDialogElement, (answer: string) => void>();

/** Shows a dialog until it is closed; gives what closed it, nothing where it was left. */
export function answerOf(dialog: HTMLDialogElement): Promise<string> {
  // Its event comes some time after a dialog was closed: whoever asked before has the answer now, and that event says nothing of this showing.
  waiting.get(dialog)?.(dialog.returnValue);
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    waiting.set(dialog, resolve);
    const close = () => {
      if (dialog.open) return;
      dialog.removeEventListener('close', close);
      resolve(dialog.returnValue);
    };
    dialog.addEventListener('close', close);
  });
}
