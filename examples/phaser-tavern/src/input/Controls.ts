import type Phaser from 'phaser';
import type { Page } from '../ui/Page.js';

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
};

/** Arrows look at the next button, Enter and Space press it, Escape goes back; the rest is typed. Mouse and fingers press buttons themselves. */
export class Controls {
  constructor(scene: Phaser.Scene, page: () => Page) {
    scene.input.keyboard?.on('keydown', (event: KeyboardEvent) => {
      const { key } = event;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const arrow = ARROWS[key];
      if (arrow) page().move(...arrow);
      else if (key === 'Enter' || key === ' ') page().press();
      else if (key === 'Escape') page().leave();
      else page().type(key);
      // The page around the game should not scroll.
      if (arrow || key === ' ' || key === 'Backspace') event.preventDefault();
    });
  }
}
