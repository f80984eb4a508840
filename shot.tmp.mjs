import { chromium } from 'playwright-core';
const FLAGS = ['--no-sandbox','--disable-quic','--no-first-run','--disable-background-networking','--disable-component-update','--disable-sync','--use-angle=swiftshader','--enable-unsafe-swiftshader','--ignore-gpu-blocklist','--disable-gpu-compositing'];
const [url, out, seconds='8', ...more] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
const page = await browser.newPage({ viewport: { width: 1100, height: 720 } });
page.on('console', (m) => console.log('console', m.type(), m.text()));
page.on('pageerror', (e) => console.log('error', e.message));
await page.goto(url);
await page.waitForTimeout(1000 * Number(seconds));
await page.screenshot({ path: out });
if (more.includes('session')) {
  const href = await page.locator('#recording a').getAttribute('href');
  console.log(href);
  const other = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await other.goto(href); await other.waitForTimeout(8000); await other.screenshot({ path: out.replace('.png','-live.png') });
}
await browser.close();
