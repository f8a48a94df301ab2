import type { ChildProcess } from 'node:child_process';
import type { Figures } from '@outlay/contracts/internal.ts';
import { expect } from 'chai';
import { newId } from '../../../../test/support/new-id.ts';
import type { Answer } from '../../../../test/support/request.ts';
import { type ExpenseProcesses, openExpenseProcesses } from '../../test/expense-process.ts';
import type { StoredCells, StoredRollup } from '../rollups/rollup-store.ts';

const years = Array.from({ length: 10 }, (_, index) => 2016 + index);
const months = years.flatMap((year) =>
  Array.from({ length: 12 }, (_, index) => `${year}-${String(index + 1).padStart(2, '0')}`),
);
const shelves = [...'0123456789abcdef'];
const payeesOfShelf = 190;
const ranges = (from: number, to: number) => ({ ranges: `${from}-01-01..${to}-12-31`, by: 'month', payees: 'true' });

/** What a household of a million expenses has of ten years: 3,040 payees in every month. */
function* rollupsOf(ledger: string): Generator<StoredRollup> {
  const cell = { sum: 1_250, count: 1 };
  for (const month of months) {
    for (const shelf of shelves) {
      const payees: StoredCells = {};
      for (let payee = 0; payee < payeesOfShelf; payee++) payees[`Shop ${shelf} number ${payee} Berlin:expense`] = cell;
      yield { _id: `${ledger}:payee:${month}:EUR:${shelf}`, payees };
    }
    const count = shelves.length * payeesOfShelf;
    yield { _id: `${ledger}:month:${month}:EUR`, total: { expense: { sum: 1_250 * count, count } } };
  }
}

describe('a figure of more sums than memory holds', function () {
  this.timeout(60_000);
  let processes: ExpenseProcesses;
  let service: ChildProcess;
  let figures: (query: Record<string, string>) => Promise<Answer>;

  before(async () => {
    processes = await openExpenseProcesses();
    service = processes.start();
    const { port } = await processes.listening(service);
    const user = newId();
    const { body } = await processes.ledgerAt(port, user).get('');
    await processes.database.connection.collection<StoredRollup>('rollups').insertMany([...rollupsOf(body.id)]);
    figures = processes.figuresAt(port, user);
  });
  after(() => processes.close());

  it('is refused, and so are large ones that others leave no room for; the process lives on', async () => {
    const whole = await figures(ranges(2016, 2025));
    expect(whole.status).to.equal(422);
    expect(whole.body.type).to.equal('/problems/figure-too-large');

    const atOnce = await Promise.all(years.slice(5).map((year) => figures(ranges(year - 1, year))));
    for (const { status } of atOnce) expect(status).to.be.oneOf([200, 503]);
    expect(atOnce.map(({ status }) => status)).to.include(200);

    const { status, body } = await figures(ranges(2024, 2025));
    expect(status).to.equal(200);
    expect((body as Figures).ranges[0]?.buckets).to.have.length(24 * shelves.length * payeesOfShelf);
    expect(service.exitCode).to.equal(null);
  });
});
