/** What the builds of our pages share. */
import { fileURLToPath } from 'node:url';

/** Browsers that know `light-dark()`, which is then left as it is: parts of pages have another scheme than the whole. */
export const CSS_TARGET = ['chrome123', 'firefox120', 'safari17.5'];

/**
 * Has all pages of a build load `sdk-player/page/theme.ts` before they draw anything: by its address, since inline scripts are not allowed, and as no module, since those wait.
 *
 * @returns {import('vite').Plugin}
 */
export function themeScript() {
  let base = '/';
  return {
    name: 'sgaps-theme',
    configResolved(config) {
      base = config.base;
    },
    buildStart() {
      this.emitFile({
        type: 'chunk',
        id: fileURLToPath(new URL('../../sdk-player/page/theme.ts', import.meta.url)),
        name: 'theme',
      });
    },
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {} }) {
        const script = Object.values(bundle).find((file) => file.type === 'chunk' && file.name === 'theme');
        return script ? [{ tag: 'script', attrs: { src: base + script.fileName }, injectTo: 'head' }] : [];
      },
    },
  };
}
