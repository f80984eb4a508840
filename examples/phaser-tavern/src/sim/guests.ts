import type { Good, Tag } from './goods.js';

/** Somebody who comes to the inn; `look` is a portrait. */
export interface Guest {
  readonly name: string;
  readonly look: number;
  readonly hellos: readonly string[];
}

/** What somebody would like, in words and by tags. */
export interface Wish {
  readonly words: string;
  readonly wants: readonly Tag[];
  readonly not: readonly Tag[];
}

/** How well what was served fits the wish. */
export type Verdict = 'right' | 'nearly' | 'wrong' | 'refused';

export const GUESTS: readonly Guest[] = [
  {
    ...{ name: 'Old Bram', look: 0 },
    hellos: ['Evening. The wheels are frozen and so am I.', 'Three carts in the ditch today, and none of them mine.'],
  },
  {
    ...{ name: 'Sister Ode', look: 1 },
    hellos: ['Peace on this house. It smells of onions.', 'I am on my way to the saint. He can wait an hour.'],
  },
  {
    ...{ name: 'Tilda of the boats', look: 2 },
    hellos: ['The lake is black as ink tonight.', 'Do not look at my boots. They bite.'],
  },
  {
    ...{ name: 'Captain Rook', look: 3 },
    hellos: ['A chair with its back to the wall, if you have one.', 'They say you water nothing here. We shall see.'],
  },
  {
    ...{ name: 'Pip the messenger', look: 4 },
    hellos: ['I ran the whole way! Well. Most of it.', 'No letter for you today, I looked. Twice.'],
  },
  {
    ...{ name: 'Madam Vex', look: 5 },
    hellos: ['The county counts chimneys now. You have two.', 'I come as a guest, not as a clerk. This time.'],
  },
];

export const WISHES: readonly Wish[] = [
  { words: 'Something hot, if you would, and no fish. I have had a year of fish.', wants: ['food', 'hot'], not: ['fish'] },
  { words: 'A drink, and a strong one. Do not ask me why.', wants: ['drink', 'strong'], not: [] },
  { words: 'Whatever is sweet. It is my birthday, in a way.', wants: ['sweet'], not: [] },
  { words: 'I have walked since dawn. Fill me up, but I eat no meat.', wants: ['food', 'filling'], not: ['meat'] },
  {
    ...{ words: 'A drink for a sore throat: hot, and nothing that goes to the head.', wants: ['drink', 'hot'] },
    not: ['strong'],
  },
  { words: 'I own three pennies and a hole in my pocket. What is cheap?', wants: ['cheap'], not: [] },
  { words: 'Meat, innkeeper! And let it steam.', wants: ['meat', 'hot'], not: [] },
  { words: 'Nothing hot tonight. Food, though, I had enough to drink.', wants: ['food'], not: ['hot', 'drink'] },
  { words: 'Fish, if it is honest fish.', wants: ['fish'], not: [] },
  { words: 'A glass of something sweet and strong, to forget a horse.', wants: ['drink', 'sweet', 'strong'], not: [] },
];

const REACTIONS: Record<Verdict, readonly string[]> = {
  right: ['Oh, that is just what I meant. Here, and keep the rest.', 'If I had a house, it would smell like this.'],
  nearly: ['Well. It is something. Here is what it costs.', 'Not quite what I had in mind, but I shall live.'],
  wrong: ['That? No. I would rather chew my hat.', 'I asked for one thing and you bring me another. Good night.'],
  refused: ['Nothing at all? Then the stars will have to do.', 'I see. I shall tell them about your chairs, then.'],
};

/** What a guest says of it; `pick` chooses among the words. */
export function reactionTo(verdict: Verdict, pick: (lines: readonly string[]) => string): string {
  return pick(REACTIONS[verdict]);
}

/** Right is all that was wished for; nearly a part of it, with nothing that was not wanted. */
export function judge({ tags }: Good, { wants, not }: Wish): Verdict {
  if (not.some((tag) => tags.includes(tag))) return 'wrong';
  const met = wants.filter((tag) => tags.includes(tag)).length;
  if (met === wants.length) return 'right';
  return met > 0 ? 'nearly' : 'wrong';
}
