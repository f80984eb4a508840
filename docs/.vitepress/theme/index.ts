import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { MeasuredFigures } from './MeasuredFigures.ts';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('MeasuredFigures', MeasuredFigures);
  },
} satisfies Theme;
