/** What keys do. */
export interface KeyActions {
  toggle(): void;
  /** Seconds. */
  skip(seconds: number): void;
  step(frames: number): void;
  shuttle(direction: 1 | -1): void;
  shiftRate(by: 1 | -1): void;
  /** A part of the whole on, or back. */
  leap(part: number): void;
  /** To a part of the whole, 0 … 1. */
  jump(part: number): void;
  marker(by: 1 | -1): void;
  fullscreen(): void;
  overlays(): void;
  pixelated(): void;
  graph(): void;
  help(): void;
}

/** The keys as the help lists them. */
export const KEY_HELP: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['space', 'k'], 'play or pause'],
  [['←', '→'], '5 seconds back, on; with shift 1 second'],
  [['page up', 'page down'], 'on the bar: a tenth on, back'],
  [[',', '.'], 'one frame back, on'],
  [['j', 'l'], 'play backwards, forwards; again for faster'],
  [['[', ']'], 'slower, faster'],
  [['0', '…', '9'], 'to the start, 10 % … 90 %'],
  [['home', 'end'], 'to the start, to the end or live'],
  [['m'], 'next marker; with shift the one before'],
  [['f'], 'full screen'],
  [['o'], 'overlays'],
  [['p'], 'sharp pixels'],
  [['g'], 'graph of the game’s values'],
  [['?'], 'this list'],
];

/** What a key asks for; null where it is none of the player's, or belongs to the control that has the focus. */
export function actionOf(event: KeyboardEvent, actions: KeyActions): (() => void) | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null;
  const target = event.composedPath()[0];
  if (isTyping(target)) return null;
  const { key } = event;
  // A button that has the focus is pressed by the space bar.
  if (key === ' ' && target instanceof HTMLButtonElement) return null;
  if (/^[0-9]$/.test(key)) return () => actions.jump(Number(key) / 10);
  const onSlider = target instanceof Element && target.getAttribute('role') === 'slider';
  if (onSlider && (key === 'ArrowUp' || key === 'ArrowDown')) return () => actions.skip(key === 'ArrowUp' ? 5 : -5);
  // Elsewhere they move the page.
  if (onSlider && (key === 'PageUp' || key === 'PageDown')) return () => actions.leap(key === 'PageUp' ? 0.1 : -0.1);
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case ' ':
    case 'k':
      return () => actions.toggle();
    case 'ArrowLeft':
      return () => actions.skip(event.shiftKey ? -1 : -5);
    case 'ArrowRight':
      return () => actions.skip(event.shiftKey ? 1 : 5);
    case ',':
      return () => actions.step(-1);
    case '.':
      return () => actions.step(1);
    case 'j':
      return () => actions.shuttle(-1);
    case 'l':
      return () => actions.shuttle(1);
    case '[':
      return () => actions.shiftRate(-1);
    case ']':
      return () => actions.shiftRate(1);
    case 'Home':
      return () => actions.jump(0);
    case 'End':
      return () => actions.jump(1);
    case 'm':
      return () => actions.marker(event.shiftKey ? -1 : 1);
    case 'f':
      return () => actions.fullscreen();
    case 'o':
      return () => actions.overlays();
    case 'p':
      return () => actions.pixelated();
    case 'g':
      return () => actions.graph();
    case '?':
      return () => actions.help();
    default:
      return null;
  }
}

function isTyping(target: EventTarget | undefined): boolean {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  );
}
