import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { Figures } from './Figures.ts';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('Figures', Figures);
  },
} satisfies Theme;
