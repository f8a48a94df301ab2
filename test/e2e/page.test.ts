import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDays, today } from '@outlay/contracts/calendar.ts';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { type Outlay, startOutlay } from '../../scripts/start/outlay.ts';
import { accessibilityFaults, launchBrowser, overflow, phone, type Visit, visit } from './browser.ts';

const password = 'correct horse battery';
let people = 0;

/** A bank's file with three bookings: today's lunch and tram, yesterday's books. */
function statement(): Buffer {
  const day = (daysAgo: number) => addDays(today('UTC'), -daysAgo).replaceAll('-', '');
  const booking = (id: string, date: string, amount: string, name: string) =>
    `<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>${date}<TRNAMT>${amount}<FITID>${id}<NAME>${name}</STMTTRN>`;
  return Buffer.from(
    [
      'OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\n\r\n',
      '<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>EUR',
      '<BANKACCTFROM><BANKID>1<ACCTID>2<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST>',
      booking('a1', day(0), '-9.80', 'Noodle Bar'),
      booking('a2', day(0), '-3.20', 'City Tram'),
      booking('a3', day(1), '-27.00', 'Book Cellar'),
      '</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>',
    ].join(''),
  );
}

describe('The page', function () {
  this.timeout(240_000);
  let home: string;
  let outlay: Outlay;
  let browser: Browser;
  const visits: Visit[] = [];

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'outlay-page-'));
    [outlay, browser] = await Promise.all([
      startOutlay({ home, port: 0, mongodbUri: undefined, logLevel: 'warn', otlpEndpoint: undefined }),
      launchBrowser(),
    ]);
  });
  afterEach(async function () {
    const complaints = visits.flatMap((each) => each.complaints);
    await Promise.all(visits.splice(0).map(({ page }) => page.context().close()));
    if (this.currentTest?.state === 'passed') expect(complaints, 'what the browser complained of').to.deep.equal([]);
  });
  after(async () => {
    await browser?.close();
    await outlay?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const open = async (options: Parameters<typeof visit>[2] = {}): Promise<Page> => {
    const opened = await visit(browser, outlay.url, options);
    visits.push(opened);
    return opened.page;
  };
  const register = async (page: Page, email = `person${++people}@example.org`): Promise<string> => {
    await page.goto('/register');
    await page.getByLabel('Name').fill('Ada Lovelace');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('heading', { name: 'Welcome to Outlay' }).waitFor();
    return email;
  };
  const add = async (page: Page, amount: string, payee: string, category?: string) => {
    await page.getByRole('button', { name: 'Add expense' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add expense' });
    await dialog.getByLabel('Amount').fill(amount);
    await dialog.getByRole('combobox', { name: 'Payee' }).fill(payee);
    if (category) {
      await dialog.getByRole('combobox', { name: 'Category' }).click();
      await dialog.getByRole('option', { name: category, exact: true }).click();
    }
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'hidden' });
  };
  const entry = (page: Page, payee: string | RegExp) => page.getByRole('main').getByRole('link', { name: payee });

  it('takes a person from registering over adding and editing to deleting, and back by undo', async () => {
    const page = await open();
    await register(page);
    await add(page, '12.50', 'Corner shop', 'Groceries');
    await page.getByRole('link', { name: 'Expenses' }).click();
    await entry(page, /Corner shop.*Groceries.*€12\.50/).click();

    const dialog = page.getByRole('dialog', { name: 'Edit expense' });
    await dialog.getByLabel('Amount').fill('13.75 + 1');
    await dialog.getByText('= €14.75').waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await entry(page, /Corner shop.*€14\.75/).click();

    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'No expenses yet' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await entry(page, /Corner shop.*€14\.75/).waitFor();
  });

  it('says at the field what the server refuses', async () => {
    const page = await open();
    const email = await register(page);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('link', { name: 'Create an account' }).click();

    await page.getByLabel('Name').fill('Eve');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Create account' }).click();

    await page.getByText(/has an account already/i).waitFor();
    expect(await page.getByLabel('E-mail').getAttribute('aria-invalid')).to.equal('true');
    expect(await page.title()).to.equal('Create an account · Outlay');
  });

  it('says how long a person has to wait whose password was wrong too often', async () => {
    const page = await open();
    const email = 'guessed@example.org';
    await page.goto('/login');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    const body = JSON.stringify({ email, password: 'wrong horse battery' });
    const headers = { 'content-type': 'application/json' };
    for (let guess = 0; guess < 10; guess++)
      await fetch(`${outlay.url}/api/v1/auth/login`, { method: 'POST', headers, body });

    await page.getByRole('button', { name: 'Log in' }).click();

    await page
      .getByRole('alert')
      .getByText(/^Too many wrong passwords in a row. Try again in \d seconds?.$/)
      .waitFor();
  });

  it('searches and filters, and keeps both in the address, so that links and "back" work', async () => {
    const page = await open();
    await register(page);
    await add(page, '8', 'Noodle bar', 'Eating out');
    await add(page, '640', 'Landlord', 'Rent or mortgage');
    await page.getByRole('link', { name: 'Expenses' }).click();

    await page.getByRole('searchbox', { name: 'Search expenses' }).fill('nood');
    await entry(page, /Landlord/).waitFor({ state: 'hidden' });
    await entry(page, /Noodle bar/).waitFor();
    expect(new URL(page.url()).searchParams.get('q')).to.equal('nood');

    await page.reload();
    await entry(page, /Noodle bar/).waitFor();
    expect(await page.getByRole('searchbox').inputValue()).to.equal('nood');

    await page.getByRole('button', { name: 'Clear search' }).click();
    await entry(page, /Landlord/).waitFor();
    await page.getByRole('button', { name: /^Filters/ }).click();
    await page.getByLabel('Amount from').fill('100');
    await page.getByLabel('Amount from').press('Enter');
    await entry(page, /Noodle bar/).waitFor({ state: 'hidden' });
    await page.getByLabel('Kind').selectOption('Income');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await page.goBack();
    await entry(page, /Landlord/).waitFor();
  });

  it('imports a bank’s file after a look at it, knows it the second time, shows the figures, and takes it back', async () => {
    const page = await open();
    await register(page);
    const choose = async () => {
      await page.getByRole('link', { name: 'Import', exact: true }).click();
      const buffer = statement();
      await page
        .locator('input[type=file]')
        .setInputFiles({ name: 'november.ofx', mimeType: 'application/x-ofx', buffer });
      await page.getByRole('list', { name: 'Rows of the file' }).waitFor();
    };
    await choose();
    await page.getByText('3 of 3 rows chosen').waitFor();
    await page.getByRole('button', { name: /Category of Noodle Bar/ }).click();
    await page.getByRole('option', { name: 'Eating out' }).click();
    await page.getByRole('checkbox', { name: /Import Book Cellar/ }).uncheck();
    await page.getByRole('button', { name: 'Import 2 rows' }).click();
    await page.getByRole('heading', { name: '2 expenses imported' }).waitFor();

    await page.getByRole('link', { name: 'Overview' }).click();
    const figures = page.getByRole('region', { name: 'Figures of the month' });
    await figures.getByText('€13.00').first().waitFor();
    await page
      .getByRole('region', { name: 'By category' })
      .getByRole('link', { name: /Food.*€9\.80/ })
      .waitFor();
    await page.getByRole('img', { name: /€13\.00 spent in 12 months/ }).waitFor();
    await page.getByRole('button', { name: 'Show as table' }).click();
    await page.getByRole('row', { name: /€13\.00/ }).waitFor();

    await choose();
    await page.getByText('1 of 3 rows chosen').waitFor();
    expect(await page.getByText(/^Known: /).count()).to.equal(2);

    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Undo the import of november.ofx' }).click();
    await page.getByRole('button', { name: 'Undo the import', exact: true }).click();
    await page.getByText('The import is undone').waitFor();
    await choose();
    await page.getByText('3 of 3 rows chosen').waitFor();
  });

  it('asks what becomes of expenses that were changed since their import, which it takes back', async () => {
    const page = await open();
    await register(page);
    const importAndChange = async (payee: string) => {
      await page.getByRole('link', { name: 'Import', exact: true }).click();
      const file = { name: 'november.ofx', mimeType: 'application/x-ofx', buffer: statement() };
      await page.locator('input[type=file]').setInputFiles(file);
      await page.getByRole('button', { name: /^Import \d rows$/ }).click();
      await page.getByRole('heading', { name: /expenses imported$/ }).waitFor();
      await page.getByRole('link', { name: 'Expenses' }).click();
      await entry(page, payee).click();
      const dialog = page.getByRole('dialog', { name: 'Edit expense' });
      await dialog.getByLabel('Note').fill('with a colleague');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await dialog.waitFor({ state: 'hidden' });
    };
    const undo = async (answer: string) => {
      await page.getByRole('link', { name: 'Import', exact: true }).click();
      await page.getByRole('button', { name: 'Undo the import of november.ofx' }).first().click();
      const dialog = page.getByRole('dialog', { name: 'Undo this import?' });
      await dialog.getByRole('button', { name: 'Undo the import' }).click();
      await dialog.getByText('1 of its expenses were changed since').waitFor();
      await dialog.getByRole('button', { name: answer }).click();
      await page.getByText('The import is undone').waitFor();
    };

    await importAndChange('City Tram');
    await undo('Keep the changed ones');
    await page.getByText(/undone, 1 kept/).waitFor();
    const answer = Promise.withResolvers<void>();
    await page.route(/\/expenses\?/, async (route) => {
      await answer.promise;
      await route.continue();
    });
    await page.getByRole('link', { name: 'Expenses' }).click();
    await page.getByRole('status', { name: 'Loading expenses' }).waitFor();
    expect(await entry(page, /City Tram|Noodle Bar|Book Cellar/).count()).to.equal(0);
    answer.resolve();
    await entry(page, /City Tram/).waitFor();
    expect(await entry(page, /Noodle Bar|Book Cellar/).count()).to.equal(0);

    await entry(page, /City Tram/).click();
    await page.getByRole('dialog', { name: 'Edit expense' }).getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'No expenses yet' }).waitFor();
    await importAndChange('Noodle Bar');
    await undo('Remove them too');
    await page.getByRole('link', { name: 'Expenses' }).click();
    await page.getByRole('heading', { name: 'No expenses yet' }).waitFor();
  });

  it('shows how far a large file is while it is read and imported, and stops where it is told to', async () => {
    const page = await open();
    await register(page);
    // As if the work took longer than the page waits for its answer: a file for which it does would take minutes here.
    await page.route(/\/imports/, (route) =>
      route.continue({ headers: { ...route.request().headers(), prefer: 'respond-async' } }),
    );
    await page.evaluate(`
      window.seen = [];
      new MutationObserver(() => {
        const working = document.querySelector('section[aria-labelledby=import-working]');
        if (working) window.seen.push(working.innerText);
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    `);
    const seen = () => page.evaluate<string>('window.seen.join()');
    const choose = async (rows: number) => {
      const lines = Array.from({ length: rows }, (_, row) => `2026-01-05,-${row + 1}.00,Payee ${row}`);
      const buffer = Buffer.from(['Date,Amount,Payee', ...lines].join('\n'));
      await page.locator('input[type=file]').setInputFiles({ name: 'years.csv', mimeType: 'text/csv', buffer });
    };

    await page.getByRole('link', { name: 'Import', exact: true }).click();
    await choose(4_000);
    await page.getByRole('button', { name: 'Import 4,000 rows' }).click();
    await page.getByRole('heading', { name: '4,000 expenses imported' }).waitFor();
    expect(await seen())
      .to.match(/Reading the file…[\s\S]*rows: [\d,]+ new, 0 known, 0 invalid/)
      .and.to.match(/Importing…[\s\S]* of 4,000 rows imported/);

    await page.getByRole('button', { name: 'Import another file' }).click();
    await choose(60_000);
    await page.getByRole('progressbar').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('The import is cancelled').waitFor();
  });

  it('manages categories: a new one below another, renamed, deleted with its expenses kept', async () => {
    const page = await open();
    await register(page);
    await page.getByRole('link', { name: 'Categories' }).click();
    await page.getByRole('button', { name: 'Add below Food' }).click();
    await page.getByLabel('Name').fill('Bakery');
    await page.getByRole('radio', { name: 'Bread' }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await add(page, '3.40', 'Baker', 'Bakery');

    await page.getByRole('button', { name: 'Edit Bakery' }).click();
    await page.getByLabel('Name').fill('Bread');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Edit Bread' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete category' }).click();
    await page.getByRole('button', { name: 'Edit Bread' }).waitFor({ state: 'hidden' });

    await page.getByRole('link', { name: 'Expenses' }).click();
    await entry(page, /Baker.*Food.*€3\.40/).waitFor();
  });

  it('keeps ledgers apart: each has its address, its currency and its expenses', async () => {
    const page = await open();
    await register(page);
    await add(page, '7', 'Kiosk');
    await page.getByRole('button', { name: /^Ledger:/ }).click();
    await page.getByRole('button', { name: 'New ledger…' }).click();
    await page.getByLabel('Ledger name').fill('Trip to Japan');
    await page.getByRole('combobox', { name: 'Currency' }).fill('JPY');
    await page.getByRole('option', { name: /JPY/ }).click();
    await page.getByRole('button', { name: 'Create ledger' }).click();

    await page.getByRole('heading', { name: 'Welcome to Outlay' }).waitFor();
    expect(new URL(page.url()).pathname).to.match(/^\/ledgers\/[0-9a-f]{24}\/overview$/);
    await add(page, '1250', 'Ramen');
    await page.getByRole('link', { name: 'Expenses' }).click();
    await entry(page, /Ramen.*¥1,250/).waitFor();
    await page.reload();
    await entry(page, /Ramen.*¥1,250/).waitFor();

    await page.getByRole('button', { name: /^Ledger: Trip to Japan/ }).click();
    await page.getByRole('dialog').getByRole('link').first().click();
    await page
      .getByRole('region', { name: 'Latest' })
      .getByRole('link', { name: /Kiosk.*€7\.00/ })
      .waitFor();
    expect(await page.getByText('Ramen').count()).to.equal(0);
  });

  it('never overwrites what another tab has changed', async () => {
    const page = await open();
    await register(page);
    await add(page, '10', 'Kiosk');
    await page.getByRole('link', { name: 'Expenses' }).click();
    await entry(page, /Kiosk/).click();
    await page.getByRole('dialog', { name: 'Edit expense' }).getByLabel('Amount').fill('11');

    const other = await page.context().newPage();
    await other.goto(page.url());
    const second = other.getByRole('dialog', { name: 'Edit expense' });
    await second.getByLabel('Amount').fill('12');
    await second.getByRole('button', { name: 'Save' }).click();
    await second.waitFor({ state: 'hidden' });

    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Changed elsewhere').waitFor();
    await page.getByRole('button', { name: 'Show what it is now' }).click();
    await page.getByText('Changed elsewhere').waitFor({ state: 'hidden' });
    expect(await page.getByLabel('Amount').inputValue()).to.equal('12.00');
  });

  it('keeps the session over reloads in many tabs at once, and ends it in all of them', async () => {
    const page = await open();
    const email = await register(page);
    const tabs = await Promise.all([1, 2, 3].map(() => page.context().newPage()));
    // Each start uses up a refresh token; a token used twice would end the session.
    await Promise.all([page.reload(), ...tabs.map((tab) => tab.goto('/expenses'))]);
    for (const tab of tabs) await tab.getByRole('heading', { name: 'No expenses yet' }).waitFor();
    await page.getByRole('heading', { name: 'Welcome to Outlay' }).waitFor();

    await page.getByRole('button', { name: 'Log out' }).click();

    for (const tab of tabs) await tab.getByRole('heading', { name: 'Log in' }).waitFor();
    await page.goto('/expenses?kind=income');
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    expect(new URL(page.url()).searchParams.get('next')).to.equal('/expenses?kind=income');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    const kept = await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie');
    expect(kept, 'tokens where a script can read them').not.to.match(/eyJ|token|refresh/i);
  });

  it('can be used by keyboard alone', async () => {
    const page = await open();
    await register(page);
    await page.keyboard.press('n');
    await page.getByRole('dialog', { name: 'Add expense' }).waitFor();
    await page.locator('[inputmode=decimal]:focus').waitFor();
    await page.keyboard.type('4.20');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });

    await page.keyboard.press('/');
    await page.locator('[type=search]:focus').waitFor();
    await page.keyboard.type('nothing like it');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await page.keyboard.press('Escape');
    await entry(page, /€4\.20/).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Edit expense' }).getByLabel('Amount').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(new URL(page.url()).search).to.equal('');

    await page.reload();
    await page.getByRole('heading', { name: 'Expenses' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter'); // "Skip to content"
    await page.locator('#content:focus').waitFor();
  });

  it('shows who got the money and what may have been paid twice, and leads to the entries', async () => {
    const page = await open();
    await register(page);
    await add(page, '480', 'Garage');
    await add(page, '480', 'Garage');
    await page.goto('/overview');
    await page
      .getByRole('region', { name: 'By payee' })
      .getByRole('link', { name: /Garage.*€960\.00.*2 entries/ })
      .waitFor();
    await page.getByRole('region', { name: 'Worth a look' }).getByText('took €480.00 twice').click();
    await page.getByRole('heading', { name: 'Expenses' }).waitFor();
    await entry(page, /Garage.*€480\.00/)
      .nth(1)
      .waitFor();
  });

  it('says what is wrong and tries again where the server does not answer', async () => {
    const page = await open();
    // From the start: figures that came once stay in view while the server does not answer.
    await page.route('**/analytics/**', (route) => route.abort());
    await register(page);
    await add(page, '1', 'Kiosk');
    const state = page.getByRole('alert').filter({ hasText: 'This could not be loaded' });
    await state.waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);

    await page.unroute('**/analytics/**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('region', { name: 'Figures of the month' }).getByText('€1.00').first().waitFor();
  });

  const screens = [
    '/overview',
    '/expenses',
    '/import',
    '/categories',
    '/settings',
    '/nowhere',
    '/expenses?expense=new',
  ];
  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing that axe finds, and fits a desktop and a phone: ${colorScheme}`, async () => {
      const page = await open({ colorScheme });
      for (const screen of ['/login', '/register', '/api/docs']) {
        await page.goto(screen);
        await page.getByRole('heading', { level: 1 }).waitFor();
        expect(await accessibilityFaults(page), screen).to.deep.equal([]);
      }
      await register(page);
      expect(await accessibilityFaults(page), 'the empty overview').to.deep.equal([]);
      await add(
        page,
        '19.99',
        'A payee with a name so long that it can only end in dots on the width of a phone',
        'Groceries',
      );
      for (const viewport of [page.viewportSize()!, phone]) {
        await page.setViewportSize(viewport);
        for (const screen of screens) {
          await page.goto(screen);
          await page.getByRole('heading', { level: 1, includeHidden: true }).waitFor();
          await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
          if (screen.includes('expense=')) await page.getByRole('dialog').getByLabel('Amount').waitFor();
          expect(await accessibilityFaults(page), `${screen} at ${viewport.width}`).to.deep.equal([]);
          expect(await overflow(page), `${screen} at ${viewport.width}`).to.be.at.most(0);
        }
      }
    });
  }

  it('works on a phone, with everything in the reach of the thumb', async () => {
    const page = await open({ viewport: phone });
    await register(page);
    await add(page, '5', 'Kiosk');
    await page.getByRole('link', { name: 'Expenses' }).click();
    await entry(page, /Kiosk.*€5\.00/).click();
    await page.getByRole('dialog', { name: 'Edit expense' }).waitFor();
    await page.goBack();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('dialog', { name: 'More' }).getByRole('link', { name: 'Categories' }).click();
    await page.getByRole('heading', { name: 'Categories', level: 1 }).waitFor();
  });

  it('shows the API from its OpenAPI document', async () => {
    const page = await open();
    await page.goto('/api/docs');
    await page.getByRole('heading', { name: /Outlay API/ }).waitFor();
    await page.getByRole('searchbox', { name: 'Filter operations' }).fill('record an expense');
    expect(await page.getByRole('article').count()).to.equal(1);
    await page.getByText('curl -X POST "$URL/api/v1/ledgers/default/expenses"').waitFor();
  });
});
