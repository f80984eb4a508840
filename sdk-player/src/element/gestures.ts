/** ms between two taps that are one double tap. */
const DOUBLE = 320;

/** What clicks and taps on the picture do. */
export interface GestureActions {
  /** True while the controls are shown. */
  readonly awake: () => boolean;
  click(): void;
  doubleClick(): void;
  /** A finger touched it; `awake` is whether the controls were shown before. */
  tap(awake: boolean): void;
  /** A finger touched it twice in the left third (−1) or the right (1). */
  doubleTap(side: 1 | -1): void;
}

/** Tells clicks from taps, and one tap from two; on buttons that lie on the picture they are none. */
export function watchGestures(stage: HTMLElement, actions: GestureActions): void {
  let wasAwake = true;
  let last = { at: Number.NEGATIVE_INFINITY, side: 0 };
  // A click gives the focus, which wakes the controls: what counts is how they were before.
  stage.addEventListener('pointerdown', () => (wasAwake = actions.awake()), { capture: true });
  stage.addEventListener('click', (event) => {
    if (isOnControl(event)) return;
    if ((event as PointerEvent).pointerType !== 'touch') return actions.click();
    const { left, width } = stage.getBoundingClientRect();
    const part = (event.clientX - left) / width;
    const side = part < 1 / 3 ? -1 : part > 2 / 3 ? 1 : 0;
    const isSecond = side !== 0 && side === last.side && event.timeStamp - last.at < DOUBLE;
    last = { at: event.timeStamp, side };
    if (isSecond) actions.doubleTap(side);
    else actions.tap(wasAwake);
  });
  stage.addEventListener('dblclick', (event) => {
    // Two taps make one too.
    if (!isOnControl(event) && event.timeStamp - last.at > 2 * DOUBLE) actions.doubleClick();
  });
}

function isOnControl(event: Event): boolean {
  return event.target instanceof Element && event.target.closest('button, a, input, .error') !== null;
}
