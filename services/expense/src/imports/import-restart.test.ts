import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { ImportSummary } from '@outlay/contracts/import.ts';
import { isBeingWorkedOn } from '@outlay/contracts/import-status.ts';
import { createMetrics } from '@outlay/service-kit/metrics.ts';
import { expect } from 'chai';
import { newId } from '../../../../test/support/new-id.ts';
import type { Api } from '../../../../test/support/request.ts';
import { type ExpenseProcesses, openExpenseProcesses } from '../../test/expense-process.ts';
import { createExpenseParts } from '../expense-parts.ts';
import { csv } from './import-test-api.ts';

const rowCount = 12_000;
/** Every row four times, so that a row that is written twice, or left out for its equal, changes the sum. */
const file = csv(
  ...Array.from({ length: rowCount }, (_, row) => `2026-0${(row % 9) + 1}-15,-${1 + Math.floor(row / 4)}.00,Shop,`),
);
const sum = 4 * 100 * ((3_000 * 3_001) / 2);
const background = { 'content-type': 'text/csv', prefer: 'respond-async' };

/** Each wait for work that was taken over includes what its dead holder still had of its lease. */
describe('an import whose process is killed in the middle', function () {
  this.timeout(120_000);
  let processes: ExpenseProcesses;
  let current: ChildProcess;
  let ledger: Api;
  const user = newId();

  before(async () => {
    processes = await openExpenseProcesses();
    await restart();
  });
  after(() => processes.close());

  async function restart() {
    current = processes.start();
    const { port } = await processes.listening(current);
    ledger = processes.ledgerAt(port, user);
  }
  /** Kills the process once the import is where the test wants it, and starts another. */
  async function killWhen(id: string, isThere: (state: ImportSummary) => boolean) {
    for (;;) {
      const { body } = await ledger.get(`/imports/${id}?limit=0`);
      if (isThere(body)) break;
      expect(isBeingWorkedOn(body.status), `${body.status} before the kill`).to.equal(true);
      await setTimeout(5);
    }
    current.kill('SIGKILL');
    await once(current, 'close');
    await restart();
  }
  async function settled(id: string): Promise<ImportSummary> {
    for (;;) {
      const { body } = await ledger.get(`/imports/${id}?limit=0`);
      if (!isBeingWorkedOn(body.status)) return body;
      await setTimeout(100);
    }
  }
  async function figures() {
    const { connection } = processes.database;
    const parts = createExpenseParts({ connection, registry: createMetrics('expense').registry });
    const id = await parts.ledgers.open({ id: user }, 'default');
    expect(await parts.rollupCheck.compare(id)).to.deep.equal([]);
    const [month] = await connection
      .collection('expenses')
      .aggregate([{ $group: { _id: null, count: { $sum: 1 }, sum: { $sum: '$amount' } } }])
      .toArray();
    return { count: month?.count ?? 0, sum: month?.sum ?? 0 };
  }

  let id: string;

  it('is read to its end by another', async () => {
    const answer = await ledger.post('/imports', file, background);
    id = answer.body.id;
    await killWhen(id, ({ status, counts }) => status === 'reading' && counts.total > 2_000);
    const preview = await settled(id);
    expect(preview.status).to.equal('preview');
    expect(preview.counts).to.deep.equal({ total: rowCount, new: rowCount, duplicate: 0, invalid: 0, imported: 0 });
  });

  it('is committed to its end by another: each row once, and the sums right', async () => {
    await ledger.post(`/imports/${id}/commit`, {}, { prefer: 'respond-async' });
    await killWhen(id, ({ counts }) => counts.imported > 2_000);
    const committed = await settled(id);
    expect(committed.status).to.equal('committed');
    expect(committed.counts).to.deep.equal({
      total: rowCount,
      new: rowCount,
      duplicate: 0,
      invalid: 0,
      imported: rowCount,
    });
    expect(await figures()).to.deep.equal({ count: rowCount, sum });
  });

  it('is undone to its end by another: nothing is left, and the file can come again', async () => {
    await ledger.post(`/imports/${id}/undo`, {}, { prefer: 'respond-async' });
    await killWhen(id, ({ undone }) => (undone?.removed ?? 0) > 2_000);
    expect(await settled(id)).to.deep.include({ status: 'undone', undone: { removed: rowCount, kept: 0 } });
    expect(await figures()).to.deep.equal({ count: 0, sum: 0 });
    const again = await ledger.post('/imports', file, background);
    expect((await settled(again.body.id)).counts).to.include({ new: rowCount, duplicate: 0 });
  });
});
