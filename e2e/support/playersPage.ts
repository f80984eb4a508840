import type { Browser, Page } from 'playwright-core';
import type { SurfaceKind, SurfaceOptions } from './replaySurfaces.js';

type Api = Window['players'];

/** What was on a screen, RGB, and of which frame the player said it was. */
export interface Screen {
  readonly frameId: number;
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** The page of `players.page.ts`, opened by a viewer of its own. */
export class PlayersPage {
  /** What nobody caught on the page. */
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.complaints.push(error.stack ?? error.message));
  }

  static async open(browser: Browser, url: string): Promise<PlayersPage> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, deviceScaleFactor: 1 });
    const page = await context.newPage();
    const players = new PlayersPage(page);
    await page.goto(url);
    await page.waitForFunction(() => window.players !== undefined);
    return players;
  }

  /** Calls one of the page's functions. */
  call<K extends keyof Api>(name: K, ...args: Parameters<Api[K]>): Promise<Awaited<ReturnType<Api[K]>>> {
    return this.page.evaluate(([name, args]) => (window.players[name as K] as (...args: unknown[]) => unknown)(...args), [
      name as string,
      args as unknown[],
    ] as const) as Promise<Awaited<ReturnType<Api[K]>>>;
  }

  open(name: string, kind: SurfaceKind, options: SurfaceOptions): Promise<string> {
    return this.call('open', name, kind, options);
  }

  async shown(name: string): Promise<Screen> {
    const { rgba, ...rest } = await this.call('shown', name);
    return { ...rest, rgb: Buffer.from(rgba, 'base64').filter((_, i) => i % 4 < 3) };
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
