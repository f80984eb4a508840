import type { RemoteView } from './RemoteView.js';

/** ms between two texts. */
const EVERY = 500;
/** Pixels from the corner. */
const INSET = 8;

/**
 * Shows how old the frames of a view are when they come, or how far its scene is built, in the upper left corner of a canvas on the page.
 *
 * @example
 * ```ts
 * const label = new LatencyLabel(remote, canvas);
 * label.dispose();
 * ```
 */
export class LatencyLabel {
  readonly element: HTMLElement;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(view: RemoteView, canvas: HTMLElement) {
    const element = document.createElement('output');
    element.className = 'sgaps-latency';
    element.style.cssText =
      'position:absolute;padding:3px 8px;border-radius:6px;font:12px/1.4 ui-monospace,monospace;color:#fff;background:#000a;pointer-events:none';
    this.element = element;
    const show = () => {
      element.textContent = textOf(view);
      element.style.left = `${canvas.offsetLeft + INSET}px`;
      element.style.top = `${canvas.offsetTop + INSET}px`;
    };
    show();
    this.#timer = setInterval(show, EVERY);
    canvas.after(element);
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.element.remove();
  }
}

function textOf(view: RemoteView): string {
  if (view.error) return view.error.code;
  if (view.stalled) return 'reconnecting …';
  if (view.building !== null) return `building ${Math.round(100 * view.building)} %`;
  if (!view.frame) return 'no frame yet';
  const { p50, p95, rate } = view.latency;
  return `latency ${Math.round(p50)} ms, p95 ${Math.round(p95)} ms · ${rate} pictures/s`;
}
