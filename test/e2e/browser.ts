import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../scripts/test/find-chromium.ts';

export const phone = { width: 390, height: 844 };
export const desktop = { width: 1280, height: 800 };

// What runs in the browser is text here: the types of this repository are Node's, not the DOM's.

/** Headless, and without the calls home that a fresh Chromium makes. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: findChromium() ?? 'chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

export interface Visit {
  readonly page: Page;
  /** What the browser complained of: scripts that threw, files refused by the content security policy. */
  readonly complaints: string[];
}

/** A browser of its own: no cookies, no storage. Amounts and dates are written as in the USA. */
export async function visit(
  browser: Browser,
  baseURL: string,
  options: { viewport?: typeof phone; colorScheme?: 'light' | 'dark' } = {},
): Promise<Visit> {
  const context = await browser.newContext({ baseURL, locale: 'en-US', viewport: desktop, ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A refused request is logged too; whether it should have been refused is for the tests to say.
    const isRequest = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isRequest) complaints.push(message.text());
  });
  return { page, complaints };
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong for people who use the page by other means than eyes and mouse (WCAG 2.2 AA, best practices). */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Colours on their way between two states are nobody's contrast.
  await page.evaluate(
    `Promise.allSettled(
      document.getAnimations().flatMap((each) => (each.effect.getTiming().iterations < Infinity ? each.finished : [])),
    )`,
  );
  await page.evaluate(axe);
  const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations }: AxeResults = await page.evaluate(`axe.run(${JSON.stringify({ runOnly })})`);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Pixels that the page is wider than the window: anything above 0 scrolls sideways. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - innerWidth');
