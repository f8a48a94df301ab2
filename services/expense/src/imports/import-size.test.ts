import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { csv, type ImportApi, openImportApi } from './import-test-api.ts';

const megabyte = 1024 * 1024;
setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is really held while the work runs, at most: megabytes more than before, buffers included. */
async function memoryGrowth(work: () => Promise<unknown>): Promise<number> {
  const held = () => {
    // Twice: what the first finds dead of buffers is let go of by a thread beside, for which the second waits.
    collectGarbage();
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / megabyte;
  };
  const before = held();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, held());
  }, 200);
  await work().finally(() => clearInterval(timer));
  return most - before;
}

describe('an import of a large file', () => {
  let service: ImportApi;
  before(async () => {
    service = await openImportApi();
  });
  after(() => service.stop());

  it('of 10,000 rows is committed whole (and says how fast)', async () => {
    const person = service.person();
    const rows = Array.from(
      { length: 10_000 },
      (_, row) => `2026-${String(1 + (row % 12)).padStart(2, '0')}-15,-${1 + row}.25,Shop ${row % 300},Card ${row}`,
    );
    const started = performance.now();
    const preview = await person.upload(csv(...rows));
    const previewed = performance.now();
    expect(preview.body.counts).to.include({ total: 10_000, new: 10_000 });
    expect((await person.commit(preview.body.id)).body).to.include({ imported: 10_000, skipped: 0 });
    const committed = performance.now();
    const perSecond = (ms: number) => Math.round(10_000_000 / ms).toLocaleString('en');
    console.log(
      `      preview ${perSecond(previewed - started)} rows/s, commit ${perSecond(committed - previewed)} rows/s`,
    );
    const { body } = await person.figures({ ranges: '2026-01-01..2026-12-31' });
    // 1.25 + 2.25 + … + 10,000.25
    expect(body.ranges[0].buckets[0].cell).to.include({ expense: 5_000_500_000 + 250_000, expenseCount: 10_000 });
  }).timeout(120_000);

  it('of 19 MiB is read in memory that does not grow with it', async () => {
    const person = service.person();
    let rows = 0;
    async function* file() {
      yield csv();
      // A note may be long; 2,000 characters of it are kept.
      const note = 'long '.repeat(2_400);
      for (let sent = 0; sent < 19 * megabyte; sent += note.length) yield `2026-11-23,-${++rows}.00,Shop,${note}\n`;
    }
    // Not fetch, which shares this process and would hold more of the file than the service does.
    const upload = request(`${service.server.baseUrl}/api/v1/ledgers/default/imports`, {
      method: 'POST',
      headers: {
        'content-type': 'text/csv',
        'x-outlay-workload-token': service.identity.workloadToken('gateway', 'expense'),
        authorization: `Bearer ${service.identity.userToken(person.id)}`,
      },
    });
    const answered = once(upload, 'response') as Promise<[IncomingMessage]>;
    const growth = await memoryGrowth(async () => {
      await pipeline(file, upload);
      const [answer] = await answered;
      // A busy machine answers before it is done.
      const { counts } = await person.settled(JSON.parse(await text(answer)).id);
      expect(counts).to.include({ total: rows, new: rows });
    });
    expect(rows).to.be.above(1_000);
    expect(growth).to.be.below(20);
  }).timeout(120_000);
});
