import type Phaser from 'phaser';
import type { Bot } from '../bot/Bot.js';
import { ConsentPage } from '../pages/ConsentPage.js';
import { DiaryPage } from '../pages/DiaryPage.js';
import { EndPage } from '../pages/EndPage.js';
import { EveningPage } from '../pages/EveningPage.js';
import { LedgerPage } from '../pages/LedgerPage.js';
import { LetterPage } from '../pages/LetterPage.js';
import { MarketPage } from '../pages/MarketPage.js';
import { NamePage } from '../pages/NamePage.js';
import { SettingsPage } from '../pages/SettingsPage.js';
import { TitlePage } from '../pages/TitlePage.js';
import type { Session } from '../Session.js';
import type { Command, Inn, Phase } from '../sim/Inn.js';
import type { Page } from '../ui/Page.js';
import type { PageId, Stage } from '../ui/Stage.js';

const PAGES: Readonly<Record<PageId, new (stage: Stage) => Page>> = {
  ...{ title: TitlePage, consent: ConsentPage, name: NamePage, market: MarketPage, evening: EveningPage, ledger: LedgerPage },
  ...{ end: EndPage, settings: SettingsPage, letter: LetterPage, diary: DiaryPage },
};
const PAGE_OF: Readonly<Record<Phase, PageId>> = {
  ...{ market: 'market', evening: 'evening', ledger: 'ledger', won: 'end', lost: 'end' },
};
/** Pages before the game has begun. */
const BEFORE: ReadonlySet<PageId> = new Set(['title', 'consent', 'name']);

/** Which pages are open, and what they told the inn to do. */
export class House implements Stage {
  private below: Page;
  private above: Page | undefined;
  private readonly commands: Command[] = [];

  constructor(
    readonly scene: Phaser.Scene,
    readonly session: Session,
    readonly inn: Inn,
    first: PageId,
    private readonly bot: Bot | undefined,
  ) {
    this.below = new PAGES[first](this);
  }

  /** The uppermost page. */
  get page(): Page {
    return this.above ?? this.below;
  }

  get hasBegun(): boolean {
    return !BEFORE.has(this.below.id);
  }

  send(command: Command): void {
    this.commands.push(command);
  }

  go(page: PageId): void {
    this.below.close();
    this.below = new PAGES[page](this);
  }

  open(page: PageId): void {
    this.above?.close();
    this.above = new PAGES[page](this);
  }

  close(): void {
    this.above?.close();
    this.above = undefined;
  }

  /** The inn stands still before the game has begun, and while a page lies above. */
  tick(): void {
    this.drive();
    this.page.tick();
    const { inn } = this;
    if (!this.hasBegun || (this.above && this.commands.length === 0)) {
      inn.events.length = 0;
      return;
    }
    inn.tick(this.commands.shift() ?? null);
    // A new day is a new page, also where the last one was a market.
    if (PAGE_OF[inn.phase] !== this.below.id || inn.events.some(({ type }) => type === 'day')) this.go(PAGE_OF[inn.phase]);
  }

  show(): void {
    this.below.show();
    this.above?.show();
  }

  private drive(): void {
    const { bot, page } = this;
    if (!bot) return;
    const pressed = bot.act(page.id, this.inn);
    if (bot.target) page.lookAt(bot.target);
    if (pressed && page.lookAt(pressed)) page.press();
  }
}
