import type { Page } from 'playwright-core';

/** What can be operated. */
export interface Operable {
  /** What it is, and what it is called or says. */
  readonly name: string;
  /** Whether one sees that it has the focus. */
  readonly isMarked: boolean;
}

/** What has the focus, also within elements (`focused`; none where the page has it), or all that can be operated and is shown, in the order of the page. */
function look(page: Page, what: 'focused' | 'all'): Promise<Operable[]> {
  return page.evaluate((wanted) => {
    const found: { name: string; isMarked: boolean }[] = [];
    const add = (element: Element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const labels = (element as HTMLInputElement).labels;
      const text = element.getAttribute('aria-label') ?? labels?.[0]?.textContent ?? element.textContent ?? '';
      const name = `${element.localName} ${text.replace(/\s+/g, ' ').trim().slice(0, 60)}`.trim();
      found.push({ name, isMarked: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1 });
    };
    if (wanted === 'focused') {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      if (element && element !== document.body) add(element);
      return found;
    }
    const visit = (root: ParentNode) => {
      for (const element of root.querySelectorAll('*')) {
        const isOne = element.matches(
          'a[href], button:enabled, input:enabled, select:enabled, textarea, summary, [tabindex="0"]',
        );
        if (isOne && element.getAttribute('tabindex') !== '-1' && element.checkVisibility({ visibilityProperty: true }))
          add(element);
        if (element.shadowRoot) visit(element.shadowRoot);
      }
    };
    visit(document);
    return found;
  }, what);
}

export const focused = async (page: Page): Promise<Operable | null> => (await look(page, 'focused'))[0] ?? null;

export const operable = (page: Page): Promise<Operable[]> => look(page, 'all');

/** Presses the tab key from the top of the page until the focus leaves it, and says where it was. */
export async function tabThrough(page: Page, most = 80): Promise<Operable[]> {
  await page.evaluate(() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
  });
  const passed: Operable[] = [];
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    if (now === null) return passed;
    passed.push(now);
  }
  throw new Error(`The tab key does not leave the page: ${passed.map(({ name }) => name).join(', ')}`);
}
