/**
 * Puts these cards in place of those that a list has. What had the focus keeps it, by its `data-key`; where it is gone, the card that stands there now has
 * it, and where there is none `otherwise`.
 */
export function replaceCards(list: HTMLElement, cards: readonly HTMLElement[], otherwise: HTMLElement): void {
  const { activeElement } = document;
  const at = [...list.children].findIndex((card) => card.contains(activeElement));
  const key = activeElement instanceof HTMLElement ? activeElement.dataset.key : undefined;
  list.replaceChildren(...cards);
  if (at < 0) return;
  const same = [...list.querySelectorAll<HTMLElement>('[data-key]')].find(({ dataset }) => dataset.key === key);
  const next = cards[Math.min(at, cards.length - 1)]?.querySelector('a');
  (same ?? next ?? otherwise).focus();
}
