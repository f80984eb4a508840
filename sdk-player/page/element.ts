/** `element.js` beside the page: registers the elements for pages that bundle nothing, as the server's dashboard. */
import { definePlayerElements } from '../src/element/index.js';

definePlayerElements();
