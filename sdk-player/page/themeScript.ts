import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

/** Browsers that know `light-dark()`, which is then left as it is: parts of pages have another scheme than the whole. */
export const CSS_TARGET = ['chrome123', 'firefox120', 'safari17.5'];

/** Has all pages of a build load `theme.ts` before they draw anything: by its address, since inline scripts are not allowed, and as no module, since those wait. */
export function themeScript(): Plugin {
  let base = '/';
  return {
    name: 'sgaps-theme',
    configResolved(config) {
      base = config.base;
    },
    buildStart() {
      this.emitFile({ type: 'chunk', id: fileURLToPath(new URL('./theme.ts', import.meta.url)), name: 'theme' });
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
