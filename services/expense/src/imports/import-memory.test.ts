import type { ChildProcess } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import type { ImportSummary } from '@outlay/contracts/import.ts';
import { isBeingWorkedOn } from '@outlay/contracts/import-status.ts';
import { expect } from 'chai';
import { newId } from '../../../../test/support/new-id.ts';
import type { Api } from '../../../../test/support/request.ts';
import { type ExpenseProcesses, openExpenseProcesses, peakMiB } from '../../test/expense-process.ts';

const rowCount = 100_000;

async function* bankFile() {
  yield 'Date;Valuta;Payee;Purpose;Amount;Currency\n';
  for (let row = 0; row < rowCount; row += 100)
    yield Array.from({ length: 100 }, (_, next) => {
      const at = row + next;
      const date = new Date(Date.UTC(2016, 0, 1) + Math.floor(at / 27) * 86_400_000).toISOString().slice(0, 10);
      return `${date};${date};Shop ${at % 3_000} Berlin;Card payment ${at};-${1 + (at % 997)},${10 + (at % 90)};EUR\n`;
    }).join('');
}

describe('an import of 100,000 rows', function () {
  // Half a minute where nothing else runs.
  this.timeout(300_000);
  let processes: ExpenseProcesses;
  let service: ChildProcess;
  let ledger: Api;
  before(async () => {
    processes = await openExpenseProcesses();
    service = processes.start();
    ledger = processes.ledgerAt((await processes.listening(service)).port, newId());
  });
  after(() => processes.close());

  async function settled(id: string): Promise<ImportSummary> {
    for (;;) {
      const { body } = await ledger.get(`/imports/${id}?limit=0`);
      if (!isBeingWorkedOn(body.status)) return body;
      await setTimeout(200);
    }
  }

  it('is read and committed by a process that never takes more than 220 MiB', async () => {
    const background = { prefer: 'respond-async' };
    const times: string[] = [];
    const timed = async (what: string, work: () => Promise<ImportSummary>) => {
      const startedAt = performance.now();
      const state = await work();
      const seconds = (performance.now() - startedAt) / 1_000;
      times.push(`${what} ${Math.round(rowCount / seconds)} rows/s (peak ${Math.round(await peakMiB(service))} MiB)`);
      return state;
    };
    const preview = await timed('read', async () => {
      const { body } = await ledger.post('/imports', bankFile(), { 'content-type': 'text/csv', ...background });
      return settled(body.id);
    });
    expect(preview.counts).to.include({ total: rowCount, new: rowCount });
    const committed = await timed('commit', async () => {
      await ledger.post(`/imports/${preview.id}/commit`, {}, background);
      return settled(preview.id);
    });
    expect(committed.counts).to.include({ imported: rowCount });
    console.log(`      ${times.join(', ')}`);
    expect(await peakMiB(service)).to.be.below(220);
  });
});
