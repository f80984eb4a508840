import { SgapsCompareElement } from './SgapsCompareElement.js';
import { SgapsPlayerElement } from './SgapsPlayerElement.js';

export { type PlayerSource, SgapsPlayerElement } from './SgapsPlayerElement.js';
export { SgapsCompareElement };

declare global {
  interface HTMLElementTagNameMap {
    'sgaps-player': SgapsPlayerElement;
    'sgaps-compare': SgapsCompareElement;
  }
}

/**
 * Registers `<sgaps-player>` and `<sgaps-compare>`, once; those on the page already come to life.
 *
 * @example
 * ```ts
 * import { definePlayerElements } from '@sgaps/player/element';
 *
 * definePlayerElements();
 * ```
 */
export function definePlayerElements(): void {
  if (!customElements.get('sgaps-player')) customElements.define('sgaps-player', SgapsPlayerElement);
  if (!customElements.get('sgaps-compare')) customElements.define('sgaps-compare', SgapsCompareElement);
}
