import { SeededRandom } from '../../../shared/seededRandom.js';
import { GOODS, type GoodId, goodOf } from '../sim/goods.js';
import { judge, type Wish } from '../sim/guests.js';
import { type Inn, RENT } from '../sim/Inn.js';
import { letterOf } from '../sim/letters.js';
import type { PageId } from '../ui/Stage.js';

const NAMES = ['Mirabel', 'Odo', 'Hanne', 'Quill', 'Rosamund', 'Ansgar'];
/** Of each good, for the evening. */
const STORE = 2;
/** Ticks that it looks at a button before it presses, at least and at most. */
const LOOK: readonly [number, number] = [16, 30];
/** Ticks that it takes to read a page before it does anything. */
const READ: Readonly<Record<PageId, number>> = {
  ...{
    title: 130,
    consent: 170,
    name: 50,
    market: 40,
    evening: 30,
    ledger: 130,
    end: 220,
    settings: 60,
    letter: 330,
    diary: 260,
  },
};

/** Keeps the inn: reads pages for a while, goes to a button and presses it. It lives by the buttons that a player has. */
export class Bot {
  /** The button it looks at. */
  target = '';
  private readonly random: SeededRandom;
  private readonly name: string;
  private page: PageId | '' = '';
  private ticks = 0;
  private typed = 0;
  private wait = 0;
  private readonly visited = new Set<string>();

  constructor(seed: number) {
    this.random = new SeededRandom(seed ^ 0x165667b1);
    this.name = this.random.pick(NAMES);
  }

  /** The button to press in this tick, or null. It presses only what it has looked at. */
  act(page: PageId, inn: Inn): string | null {
    if (page !== this.page) this.enter(page);
    if (++this.ticks < READ[page]) return null;
    const wanted = this.choose(page, inn);
    if (wanted !== this.target) {
      this.target = wanted;
      this.wait = this.random.int(...LOOK);
    }
    if (!wanted || --this.wait > 0) return null;
    this.wait = this.random.int(...LOOK);
    this.pressed(page, inn, wanted);
    return wanted;
  }

  private enter(page: PageId): void {
    this.page = page;
    this.ticks = 0;
    this.target = '';
    if (page === 'name') this.typed = 0;
  }

  private choose(page: PageId, inn: Inn): string {
    if (page === 'title') return 'begin';
    if (page === 'consent') return 'yes';
    if (page === 'name') return this.name[this.typed]?.toUpperCase() ?? 'done';
    if (page === 'market') return this.shop(inn);
    if (page === 'evening') return this.serve(inn);
    if (page === 'ledger') return this.visited.has(`diary ${inn.day}`) || inn.day % 2 === 0 ? 'sleep' : 'diary';
    if (page === 'settings') return this.visited.has(`speed ${inn.day}`) ? 'close' : 'speed';
    return page === 'end' ? 'again' : 'close';
  }

  private pressed(page: PageId, inn: Inn, button: string): void {
    if (page === 'name') this.typed++;
    if (page === 'end') this.visited.clear();
    this.visited.add(`${button} ${inn.day}`);
  }

  /** Letters first; once it looks at the settings; then it buys what is lacking, the cheapest first, and keeps the rent. */
  private shop(inn: Inn): string {
    if (letterOf(inn.day) && !this.visited.has(`letter ${inn.day}`)) return 'letter';
    if (inn.day === 3 && !this.visited.has(`settings ${inn.day}`)) return 'settings';
    const lacking = GOODS.filter(({ id }) => inn.stock[id] < STORE && inn.coins - inn.prices[id] >= RENT / 2);
    const cheap = (id: GoodId): number => inn.prices[id] / goodOf(id).price;
    // One of each before a second one of any.
    lacking.sort((one, other) => inn.stock[one.id] - inn.stock[other.id] || cheap(one.id) - cheap(other.id));
    return lacking.length > 0 ? `buy ${lacking[0].id}` : 'open';
  }

  private serve({ isAsked, visit, stock, speech }: Inn): string {
    if (!isAsked) return visit?.step === 'answers' && speech.done ? 'next' : '';
    return visit ? this.dish(visit.wish, stock) : '';
  }

  /** What fits, cheapest first; else what nearly fits; else nothing. */
  private dish(wish: Wish, stock: Inn['stock']): string {
    const there = GOODS.filter(({ id }) => stock[id] > 0).sort((one, other) => one.price - other.price);
    const fitting = there.find((good) => judge(good, wish) === 'right') ?? there.find((good) => judge(good, wish) === 'nearly');
    return fitting ? `serve ${fitting.id}` : 'refuse';
  }
}
