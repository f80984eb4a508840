import type Phaser from 'phaser';
import { onKeyDown } from '../../../shared/onKeyDown.js';
import type { Page } from '../ui/Page.js';

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
};

/** Arrows look at the next button, Enter presses it, Escape goes back; the rest is typed. Mouse and fingers press buttons themselves. */
export function addControls(scene: Phaser.Scene, page: () => Page): void {
  onKeyDown(scene, (event) => {
    const { key } = event;
    const arrow = ARROWS[key];
    if (arrow) page().move(...arrow);
    else if (key === 'Enter' || key === ' ') page().press();
    else if (key === 'Escape') page().leave();
    else page().type(key);
    // The page around the game should not scroll.
    if (arrow || key === ' ' || key === 'Backspace') event.preventDefault();
  });
}
