/** What a dish is, by which guests choose. */
export type Tag = 'hot' | 'food' | 'drink' | 'meat' | 'fish' | 'sweet' | 'strong' | 'filling' | 'cheap';

export type GoodId = 'stew' | 'pie' | 'bread' | 'cheese' | 'ale' | 'tea' | 'cider' | 'cake';

/** A dish or a drink. */
export interface Good {
  readonly id: GoodId;
  readonly name: string;
  /** Pennies it costs on an ordinary day. */
  readonly price: number;
  readonly tags: readonly Tag[];
  readonly about: string;
}

export const GOODS: readonly Good[] = [
  {
    ...{ id: 'stew', name: 'Mutton stew', price: 6, tags: ['food', 'hot', 'meat', 'filling'] },
    about: 'Thick enough to stand a spoon in.',
  },
  {
    ...{ id: 'pie', name: 'Fish pie', price: 6, tags: ['food', 'hot', 'fish', 'filling'] },
    about: 'This morning it still swam.',
  },
  {
    ...{ id: 'bread', name: 'Rye bread', price: 2, tags: ['food', 'filling', 'cheap'] },
    about: 'Cold, dark and honest.',
  },
  {
    ...{ id: 'cheese', name: 'Hill cheese', price: 4, tags: ['food'] },
    about: 'Cold. It has views of its own.',
  },
  {
    ...{ id: 'ale', name: 'Brown ale', price: 3, tags: ['drink', 'strong', 'cheap'] },
    about: 'The brewer calls it mild. It is not.',
  },
  {
    ...{ id: 'tea', name: 'Mint tea', price: 2, tags: ['drink', 'hot', 'cheap'] },
    about: 'From the pots behind the house.',
  },
  {
    ...{ id: 'cider', name: 'Dark cider', price: 4, tags: ['drink', 'strong', 'sweet'] },
    about: 'Apples, time, and a little regret.',
  },
  {
    ...{ id: 'cake', name: 'Honey cake', price: 5, tags: ['food', 'sweet'] },
    about: "The bees' best work, and the baker's.",
  },
];

/** The good of that id. */
export function goodOf(id: GoodId): Good {
  const good = GOODS.find((one) => one.id === id);
  if (!good) throw new Error(`There is no good ${id}`);
  return good;
}
