import type Phaser from 'phaser';

/**
 * Calls `press` once for every key that goes down while the scene runs. Phaser's own `keydown` events come again where
 * several keys are pressed within one frame, which types letters twice on a slow machine.
 *
 * @example
 * ```ts
 * onKeyDown(this, ({ key }) => key === 'Escape' && this.leave());
 * ```
 */
export function onKeyDown(scene: Phaser.Scene, press: (event: KeyboardEvent) => void): void {
  const seen = new WeakSet<KeyboardEvent>();
  scene.input.keyboard?.on('keydown', (event: KeyboardEvent) => {
    if (seen.has(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    seen.add(event);
    press(event);
  });
}
