import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { startTestGateway, type TestGateway } from '../../services/gateway/src/testing/start-test-gateway.ts';
import { accessibilityFaults, desktop, launchBrowser, overflow, phone, visit } from './browser.ts';

describe('the page of the gateway’s admin port', function () {
  this.timeout(60_000);
  let gateway: TestGateway;
  let browser: Browser;
  before(async () => {
    gateway = await startTestGateway();
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await gateway?.close();
  });

  for (const [viewport, colorScheme] of [
    [desktop, 'light'],
    [phone, 'dark'],
  ] as const)
    it(`shows clusters, breakers and rates live, to everyone, ${viewport.width} px wide and ${colorScheme}`, async () => {
      const { page, complaints } = await visit(browser, `http://127.0.0.1:${gateway.adminPort}`, {
        viewport,
        colorScheme,
      });
      await page.goto('/');
      const expense = page.locator('article', { has: page.locator('h3', { hasText: 'expense' }) });
      await expense.getByText('1 of 1 healthy').waitFor();

      const headers = { authorization: gateway.bearer };
      for (let i = 0; i < 20; i++) await (await fetch(`${gateway.url}/api/v1/ledgers`, { headers })).text();

      await page.locator('#rate', { hasText: /[1-9]/ }).waitFor();
      await page.getByRole('row', { name: /\/api\/v1\/ledgers\/\*\*/ }).waitFor();
      expect(await expense.getByText(/^\d+ of 1024/).count()).to.be.at.least(4);
      expect(await page.getByRole('status').textContent()).to.equal('live');
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      expect(await overflow(page)).to.equal(0);
      expect(complaints).to.deep.equal([]);
      await page.context().close();
    });

  it('says when the gateway drains', async () => {
    const draining = await startTestGateway();
    const { page } = await visit(browser, `http://127.0.0.1:${draining.adminPort}`);
    await page.goto('/');
    await page.getByRole('status').filter({ hasText: 'live' }).waitFor();

    await fetch(`http://127.0.0.1:${draining.adminPort}/drain`, { method: 'POST' });

    await page.getByRole('status').filter({ hasText: 'draining' }).waitFor();
    await page.context().close();
    await draining.close();
  });
});
