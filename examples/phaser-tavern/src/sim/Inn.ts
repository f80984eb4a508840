import { SeededRandom } from '../../../shared/seededRandom.js';
import { GOODS, type GoodId, goodOf } from './goods.js';
import { GUESTS, type Guest, judge, reactionTo, type Verdict, WISHES, type Wish } from './guests.js';
import { letterOf } from './letters.js';
import { Typewriter } from './Typewriter.js';

/** What the inn is at: buying in the morning, serving in the evening, counting at night; then won or lost. */
export type Phase = 'market' | 'evening' | 'ledger' | 'won' | 'lost';

/** What the innkeeper does. */
export type Command =
  | { readonly type: 'buy'; readonly good: GoodId }
  | { readonly type: 'serve'; readonly good: GoodId }
  | { readonly type: 'open' | 'refuse' | 'next' | 'sleep' | 'again' | 'read' };

/** What happened in a tick. */
export type InnEvent =
  | { readonly type: 'bought'; readonly good: GoodId; readonly price: number }
  | { readonly type: 'guest'; readonly left: number }
  | { readonly type: 'served'; readonly good: GoodId; readonly verdict: Verdict; readonly paid: number }
  | { readonly type: 'refused' }
  | { readonly type: 'night'; readonly coins: number }
  | { readonly type: 'day'; readonly day: number }
  | { readonly type: 'won' | 'lost'; readonly coins: number };

/** One guest's visit. */
export interface Visit {
  readonly guest: Guest;
  readonly wish: Wish;
  /** Comes in, asks and waits, says what it thinks of it, goes out. */
  step: 'comes' | 'asks' | 'answers' | 'leaves';
  /** Ticks in this step. */
  ticks: number;
  /** 1 … 0. */
  patience: number;
}

/** What a day brought. */
export interface Ledger {
  sales: number;
  tips: number;
  purchases: number;
  served: number;
  sent: number;
}

export const DAYS = 7;
export const RENT = 10;
/** Pennies that the house costs at the end. */
export const HOUSE = 120;
export const MAX_FAME = 5;
const START = 34;
const WALK_TICKS = 36;
const PATIENCE_TICKS = 60 * 40;
/** The wish begins so long after the greeting. */
const PAUSE_TICKS = 24;

/** The inn and its rules; it knows no picture. */
export class Inn {
  readonly events: InnEvent[] = [];
  readonly speech = new Typewriter();
  phase: Phase = 'market';
  ticks = 0;
  day = 1;
  coins = START;
  /** Half stars, 0 … 2 · MAX_FAME. */
  fame = 5;
  stock: Record<GoodId, number>;
  prices: Record<GoodId, number>;
  visit: Visit | null = null;
  ledger: Ledger = emptyLedger();
  /** Guests still to come tonight. */
  waiting = 0;
  /** Today's letter was not read yet. */
  unread = false;
  /** Ticks that a letter of speech takes; 0 for all at once. */
  letterTicks = 2;
  private readonly random: SeededRandom;
  private asked = false;

  constructor(seed: number) {
    this.random = new SeededRandom(seed ^ 0x6c078965);
    this.stock = each(() => 1);
    this.prices = this.newPrices();
  }

  /** Price on the menu: twice what it costs on an ordinary day. */
  menuPrice(good: GoodId): number {
    return goodOf(good).price * 2;
  }

  tick(command: Command | null): void {
    this.events.length = 0;
    this.ticks++;
    this.speech.tick();
    if (command) this.obey(command);
    if (this.visit) this.attend(this.visit);
  }

  private obey(command: Command): void {
    const { phase, visit } = this;
    if (command.type === 'buy' && phase === 'market') this.buy(command.good);
    else if (command.type === 'read') this.unread = false;
    else if (command.type === 'open' && phase === 'market') this.open();
    else if (command.type === 'next') this.hurry();
    else if (command.type === 'sleep' && phase === 'ledger') this.sleep();
    else if (command.type === 'again' && (phase === 'won' || phase === 'lost')) this.restart();
    else if (visit?.step === 'asks' && this.asked && command.type === 'serve') this.serve(visit, command.good);
    else if (visit?.step === 'asks' && this.asked && command.type === 'refuse') this.refuse(visit);
  }

  private buy(good: GoodId): void {
    const price = this.prices[good];
    if (price > this.coins) return;
    this.coins -= price;
    this.ledger.purchases += price;
    this.stock[good]++;
    this.events.push({ type: 'bought', good, price });
  }

  private open(): void {
    this.phase = 'evening';
    this.waiting = 3 + Math.floor(this.day / 2);
    this.invite();
  }

  private invite(): void {
    this.waiting--;
    const guest = this.random.pick(GUESTS.filter((one) => one !== this.visit?.guest));
    const wish = this.random.pick(WISHES.filter((one) => one !== this.visit?.wish));
    this.visit = { guest, wish, step: 'comes', ticks: 0, patience: 1 };
    this.speech.say('', 0);
    this.events.push({ type: 'guest', left: this.waiting });
  }

  private attend(visit: Visit): void {
    visit.ticks++;
    if (visit.step === 'comes' && visit.ticks >= WALK_TICKS) {
      this.asked = false;
      this.enter(visit, 'asks', this.random.pick(visit.guest.hellos));
    } else if (visit.step === 'asks') this.ask(visit);
    else if (visit.step === 'leaves' && visit.ticks >= WALK_TICKS) this.goOn();
  }

  /** First the greeting, then the wish; patience runs once both were said. */
  private ask(visit: Visit): void {
    if (!this.speech.done) visit.ticks = 0;
    else if (!this.asked && visit.ticks >= PAUSE_TICKS) {
      this.asked = true;
      this.speech.say(visit.wish.words, this.letterTicks);
    } else if (this.asked) visit.patience = Math.max(0, 1 - visit.ticks / PATIENCE_TICKS);
    if (visit.patience === 0) this.refuse(visit);
  }

  /** The wish has been said in full: now something can be served. */
  get isAsked(): boolean {
    return this.visit?.step === 'asks' && this.asked && this.speech.done;
  }

  private enter(visit: Visit, step: Visit['step'], words: string): void {
    visit.step = step;
    visit.ticks = 0;
    this.speech.say(words, this.letterTicks);
  }

  /** Shows the text at once, or goes on after it. */
  private hurry(): void {
    const { speech, visit } = this;
    if (!speech.done) speech.finish();
    else if (visit?.step === 'answers') this.enter(visit, 'leaves', '');
    else if (visit?.step === 'asks' && !this.asked) visit.ticks = PAUSE_TICKS;
  }

  private serve(visit: Visit, good: GoodId): void {
    if (this.stock[good] === 0) return;
    this.stock[good]--;
    const verdict = judge(goodOf(good), visit.wish);
    const price = verdict === 'wrong' ? 0 : this.menuPrice(good);
    const tip = verdict === 'right' ? Math.round(1 + 2 * visit.patience + this.fame / 5) : 0;
    this.earn(price, tip, verdict);
    this.events.push({ type: 'served', good, verdict, paid: price + tip });
    this.enter(
      visit,
      'answers',
      reactionTo(verdict, (lines) => this.random.pick(lines)),
    );
  }

  private refuse(visit: Visit): void {
    this.earn(0, 0, 'refused');
    this.events.push({ type: 'refused' });
    this.enter(
      visit,
      'answers',
      reactionTo('refused', (lines) => this.random.pick(lines)),
    );
  }

  private earn(price: number, tip: number, verdict: Verdict): void {
    this.coins += price + tip;
    this.ledger.sales += price;
    this.ledger.tips += tip;
    if (price > 0) this.ledger.served++;
    else this.ledger.sent++;
    const better = verdict === 'right' ? 1 : verdict === 'nearly' ? 0 : -1;
    this.fame = Math.min(2 * MAX_FAME, Math.max(0, this.fame + better));
  }

  private goOn(): void {
    if (this.waiting > 0) {
      this.invite();
      return;
    }
    this.visit = null;
    this.phase = 'ledger';
    this.coins -= RENT;
    this.events.push({ type: 'night', coins: this.coins });
  }

  /** The next day, or the end. */
  private sleep(): void {
    if (this.coins < 0) this.end('lost');
    else if (this.day === DAYS) this.end(this.coins >= HOUSE ? 'won' : 'lost');
    else this.wake(this.day + 1);
  }

  private end(how: 'won' | 'lost'): void {
    this.phase = how;
    this.events.push({ type: how, coins: this.coins });
  }

  private wake(day: number): void {
    this.day = day;
    this.phase = 'market';
    this.ledger = emptyLedger();
    this.prices = this.newPrices();
    this.unread = letterOf(day) !== undefined;
    this.events.push({ type: 'day', day });
  }

  private restart(): void {
    this.coins = START;
    this.fame = 5;
    this.stock = each(() => 1);
    this.wake(1);
  }

  private newPrices(): Record<GoodId, number> {
    return each((id) => Math.max(1, Math.round(goodOf(id).price * this.random.range(0.75, 1.35))));
  }
}

function emptyLedger(): Ledger {
  return { sales: 0, tips: 0, purchases: 0, served: 0, sent: 0 };
}

function each(value: (id: GoodId) => number): Record<GoodId, number> {
  return Object.fromEntries(GOODS.map(({ id }) => [id, value(id)])) as Record<GoodId, number>;
}
