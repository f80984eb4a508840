import axe, { type AxeResults, type RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

/** WCAG 2.2 A and AA, and what axe holds to be good besides. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Rules that depend on colours: only these may differ between light and dark. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** What axe finds wrong with a page as it is, or with what one of its elements shows, in light and in dark, as text; none where all is well. */
export async function complaintsOfAxe(page: Page, within = 'html'): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  // Of text on a gradient axe cannot say what contrast it has: the colour behind it must do.
  await page.addStyleTag({ content: '* { background-image: none !important }' });
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const runOnly: RunOptions['runOnly'] =
      colorScheme === 'light' ? { type: 'tag', values: TAGS } : { type: 'rule', values: COLOURS };
    const rules = colorScheme === 'light' ? { rules: { 'target-size': { enabled: true } } } : {};
    const options: RunOptions = { runOnly, ...rules, resultTypes: ['violations'] };
    const { violations } = await page.evaluate(
      ([selector, given]) => (window as unknown as { axe: typeof axe }).axe.run(selector, given) as Promise<AxeResults>,
      [within, options] as const,
    );
    for (const { id, nodes } of violations)
      for (const { target, failureSummary = '' } of nodes)
        found.push(`${colorScheme}: ${id}: ${target.join(' ')}: ${failureSummary.replace(/\s+/g, ' ')}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  return found;
}
