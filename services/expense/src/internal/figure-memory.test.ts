import type { ChildProcess } from 'node:child_process';
import type { Figures } from '@outlay/contracts/internal.ts';
import { expect } from 'chai';
import { newId } from '../../../../test/support/new-id.ts';
import type { Answer } from '../../../../test/support/request.ts';
import { type ExpenseProcesses, openExpenseProcesses, peakMiB } from '../../test/expense-process.ts';
import { insertManyPayees, manyPayees } from '../../test/many-payees.ts';

const ranges = (from: number, to: number) => ({ ranges: `${from}-01-01..${to}-12-31`, by: 'month', payees: 'true' });

describe('a figure of more sums than memory holds', function () {
  this.timeout(60_000);
  let processes: ExpenseProcesses;
  let service: ChildProcess;
  let figures: (query: Record<string, string>) => Promise<Answer>;
  const user = newId();

  before(async () => {
    processes = await openExpenseProcesses();
    service = processes.start();
    const { port } = await processes.listening(service);
    const { body } = await processes.ledgerAt(port, user).get('');
    await insertManyPayees(processes.database.connection, body.id);
    figures = processes.figuresAt(port, user);
  });
  after(() => processes.close());

  it('is refused, and so are large ones that others leave no room for; the process lives on', async () => {
    const whole = await figures(ranges(2016, 2025));
    expect(whole.status).to.equal(422);
    expect(whole.body.type).to.equal('/problems/figure-too-large');

    const years = [2021, 2022, 2023, 2024, 2025];
    const atOnce = await Promise.all(years.map((year) => figures(ranges(year - 1, year))));
    for (const { status } of atOnce) expect(status).to.be.oneOf([200, 503]);
    expect(atOnce.map(({ status }) => status)).to.include(200);

    const { status, body } = await figures(ranges(2024, 2025));
    expect(status).to.equal(200);
    expect((body as Figures).ranges[0]?.buckets).to.have.length(24 * manyPayees);
    expect(service.exitCode).to.equal(null);
  });

  it('is told in lines by a process that never takes more than 250 MiB, where it is the largest that is not refused', async () => {
    const anew = processes.start();
    figures = processes.figuresAt((await processes.listening(anew)).port, user);
    for (let asked = 0; asked < 5; asked++) {
      const { status, body } = await figures({ ...ranges(2025, 2025), ranges: '2023-05-01..2025-12-31' });
      expect(status).to.equal(200);
      // Of 100,000.
      expect((body as Figures).ranges[0]?.buckets).to.have.length(97_280);
    }
    const peak = await peakMiB(anew);
    console.log(`      peak ${Math.round(peak)} MiB`);
    expect(peak).to.be.below(250);
  });
});
