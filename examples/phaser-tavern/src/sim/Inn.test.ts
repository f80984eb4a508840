import { describe, expect, it } from 'vitest';
import { Bot } from '../bot/Bot.js';
import { diaryOf } from './diary.js';
import { GOODS, type GoodId, goodOf } from './goods.js';
import { judge, WISHES } from './guests.js';
import { type Command, HOUSE, Inn, type InnEvent, RENT } from './Inn.js';
import { Typewriter } from './Typewriter.js';

type Page = 'market' | 'evening' | 'ledger' | 'end' | 'letter' | 'settings' | 'diary';

/** What the pages make of a button. */
function commandOf(button: string): Command | null {
  const [verb, good] = button.split(' ') as [string, GoodId];
  if (verb === 'buy' || verb === 'serve') return { type: verb, good };
  return verb === 'open' || verb === 'refuse' || verb === 'next' || verb === 'sleep' || verb === 'again' ? { type: verb } : null;
}

/** The bot at the inn, with the pages' buttons but without pages. */
function play(seed: number, ticks: number): { inn: Inn; events: InnEvent[]; seen: Set<Page> } {
  const inn = new Inn(seed);
  const bot = new Bot(seed);
  const events: InnEvent[] = [];
  const seen = new Set<Page>();
  let above: Page | undefined;
  for (let i = 0; i < ticks; i++) {
    const below: Page = inn.phase === 'won' || inn.phase === 'lost' ? 'end' : inn.phase;
    seen.add(above ?? below);
    const button = bot.act(above ?? below, inn);
    if (button === 'letter' || button === 'settings' || button === 'diary') above = button;
    else if (button === 'close') above = undefined;
    inn.tick(button === null ? null : commandOf(button));
    events.push(...inn.events);
  }
  return { inn, events, seen };
}

/** Until the first guest has said everything. */
function untilAsked(inn: Inn): void {
  inn.tick({ type: 'open' });
  for (let i = 0; i < 3000 && !inn.isAsked; i++) inn.tick(null);
  expect(inn.isAsked).toBe(true);
}

describe('the inn', () => {
  it('runs the same again from the same seed, and otherwise from another', () => {
    const first = JSON.stringify(play(7, 4000));
    expect(JSON.stringify(play(7, 4000))).toBe(first);
    expect(JSON.stringify(play(8, 4000))).not.toBe(first);
  });

  it.each([1, 7, 12, 40])('is kept by the bot of seed %i to the end and again, through every page', (seed) => {
    const { events, seen } = play(seed, 60 * 60 * 12);
    const served = events.filter((event) => event.type === 'served');
    expect([...seen].sort()).toEqual(['diary', 'end', 'evening', 'ledger', 'letter', 'market', 'settings']);
    expect(served.filter(({ verdict }) => verdict === 'right').length).toBeGreaterThan(served.length / 2);
    expect(events.filter(({ type }) => type === 'won').length).toBeGreaterThan(0);
    // The first day of another year.
    expect(events.filter((event) => event.type === 'day' && event.day === 1).length).toBeGreaterThan(0);
  });

  it('sells for the price on the menu, and no more than there is', () => {
    const inn = new Inn(3);
    untilAsked(inn);
    const { coins } = inn;
    const good = GOODS.find((one) => inn.visit && judge(one, inn.visit.wish) === 'right');
    if (!good || !inn.visit) throw new Error('Nothing fits');
    inn.tick({ type: 'serve', good: good.id });
    const [event] = inn.events;
    expect(event).toMatchObject({ type: 'served', good: good.id, verdict: 'right' });
    expect(inn.coins).toBeGreaterThan(coins + inn.menuPrice(good.id));
    expect(inn.stock[good.id]).toBe(0);
    // Answered: nothing more is served to this guest.
    inn.tick({ type: 'serve', good: 'tea' });
    expect(inn.stock.tea).toBe(good.id === 'tea' ? 0 : 1);
  });

  it('takes nothing for what was not wanted', () => {
    const inn = new Inn(3);
    untilAsked(inn);
    const { coins, fame } = inn;
    const wrong = GOODS.find((one) => inn.visit && judge(one, inn.visit.wish) === 'wrong');
    if (!wrong) throw new Error('Everything fits');
    inn.tick({ type: 'serve', good: wrong.id });
    expect([inn.coins, inn.fame]).toEqual([coins, fame - 1]);
  });

  it('loses a guest who waits too long', () => {
    const inn = new Inn(5);
    untilAsked(inn);
    const events: InnEvent[] = [];
    for (let i = 0; i < 60 * 41; i++) {
      inn.tick(null);
      events.push(...inn.events);
    }
    expect(events.map(({ type }) => type)).toEqual(['refused']);
  });

  it('is lost when the rent cannot be paid, and can be begun again', () => {
    const inn = new Inn(1);
    for (let i = 0; i < 200; i++) inn.tick({ type: 'buy', good: 'bread' });
    inn.coins = 0;
    inn.tick({ type: 'open' });
    for (let i = 0; i < 60 * 240 && inn.phase === 'evening'; i++) inn.tick({ type: inn.isAsked ? 'refuse' : 'next' });
    expect(inn.coins).toBe(-RENT);
    inn.tick({ type: 'sleep' });
    expect(inn.phase).toBe('lost');
    inn.tick({ type: 'again' });
    expect([inn.phase, inn.day, inn.stock.bread]).toEqual(['market', 1, 1]);
    expect(inn.coins).toBeLessThan(HOUSE);
  });

  it('can serve every wish by at least one good', () => {
    for (const wish of WISHES) expect(GOODS.some((good) => judge(good, wish) === 'right')).toBe(true);
    expect(judge(goodOf('pie'), WISHES[0])).toBe('wrong');
  });

  it('keeps a diary of the night', () => {
    expect(diaryOf(new Inn(1))).toMatch(/^All 0 of them .* 34 pennies in the box\./);
  });
});

describe('the typewriter', () => {
  it('writes letter by letter, rests at the end of a sentence, and can be hurried', () => {
    const writer = new Typewriter();
    writer.say('Hm. Yes.', 2);
    const lengths = Array.from({ length: 12 }, () => {
      writer.tick();
      return writer.shown.length;
    });
    expect(lengths.slice(0, 6)).toEqual([1, 1, 2, 2, 3, 3]);
    // The full stop takes its time.
    expect(lengths[11]).toBe(3);
    writer.finish();
    expect(writer.shown).toBe('Hm. Yes.');
    writer.say('All.', 0);
    expect(writer.done).toBe(true);
  });
});
