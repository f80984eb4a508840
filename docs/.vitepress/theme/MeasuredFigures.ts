import { withBase } from 'vitepress';
import { defineComponent, h } from 'vue';
import { data } from '../figures.data.ts';

/** Figures as the pages of figures have them now, each with the command that makes it. */
export const MeasuredFigures = defineComponent({
  name: 'MeasuredFigures',
  setup: () => () =>
    h(
      'ul',
      { class: 'figures' },
      data.map(({ figure, unit, what, command, page }) =>
        h('li', [
          h('p', { class: 'figure' }, [figure, h('small', unit)]),
          h('p', { class: 'what' }, what),
          h('a', { href: withBase(page) }, h('code', command)),
        ]),
      ),
    ),
});
