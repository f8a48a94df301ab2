import { Unavailable } from '@outlay/service-kit/problem.ts';
import { expect } from 'chai';
import { openTestDatabase, type TestDatabase } from '../../../test/support/test-database.ts';
import { createLedgerTransactions } from './ledger-transactions.ts';

describe('transactions on a ledger', () => {
  let database: TestDatabase;
  before(async () => {
    database = await openTestDatabase();
  });
  after(() => database.drop());

  it('take turns in the order they came, and those of another ledger do not wait', async () => {
    const inLedger = createLedgerTransactions(database.connection);
    const order: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = inLedger('a', async () => {
      await gate.promise;
      order.push('first');
    });
    const second = inLedger('a', async () => void order.push('second'));
    await inLedger('b', async () => void order.push('other'));
    gate.resolve();
    await Promise.all([first, second]);
    expect(order).to.deep.equal(['other', 'first', 'second']);
  });

  it('go on after one that failed, with its own error', async () => {
    const inLedger = createLedgerTransactions(database.connection);
    const failing = inLedger('a', async () => {
      throw new Error('changed my mind');
    });
    const next = inLedger('a', async () => 'done');
    expect(await failing.catch((error: Error) => error.message)).to.equal('changed my mind');
    expect(await next).to.equal('done');
  });

  it('are refused with 503 where too many wait, and taken again once they are through', async () => {
    const inLedger = createLedgerTransactions(database.connection);
    const gate = Promise.withResolvers<void>();
    const waiting = Array.from({ length: 500 }, () => inLedger('a', () => gate.promise));
    const refused = await inLedger('a', async () => 'done').catch((error: Error) => error);
    expect(refused).to.be.instanceOf(Unavailable);
    gate.resolve();
    await Promise.all(waiting);
    expect(await inLedger('a', async () => 'done')).to.equal('done');
  });
});
