import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ensurePage } from './web-page.ts';

describe('ensurePage', function () {
  this.timeout(30_000);
  let folder: string;
  const build = () => ensurePage({ folder, alsoFrom: [join(folder, 'lock')] });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'outlay-page-'));
    writeFileSync(join(folder, 'index.html'), '<p>first</p>');
    writeFileSync(join(folder, 'lock'), '1');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('builds what is missing, and nothing where nothing changed', async () => {
    expect(await build()).to.equal(true);
    expect(await build()).to.equal(false);

    expect(readFileSync(join(folder, 'dist/index.html'), 'utf8')).to.include('first');
  });

  it('builds again when a source or a version it is built with changed', async () => {
    await build();
    writeFileSync(join(folder, 'index.html'), '<p>second</p>');

    expect(await build()).to.equal(true);
    expect(readFileSync(join(folder, 'dist/index.html'), 'utf8')).to.include('second');

    writeFileSync(join(folder, 'lock'), '2');
    expect(await build()).to.equal(true);
  });

  it('says what is wrong with the sources and leaves the page that was there', async () => {
    await build();
    writeFileSync(join(folder, 'index.html'), '<script type="module" src="./missing.js"></script>');

    const message = await build().catch((error: Error) => error.message);

    expect(message).to.match(/^The page could not be built:\n[\s\S]*missing\.js/);
    expect(readFileSync(join(folder, 'dist/index.html'), 'utf8')).to.include('first');
  });
});
