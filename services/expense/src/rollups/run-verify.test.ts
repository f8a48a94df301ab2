import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { type Person, startTestExpense, type TestExpense } from '../../test/start-test-expense.ts';
import type { StoredRollup } from './rollup-store.ts';
import { runVerify } from './run-verify.ts';

describe('verify', function () {
  this.timeout(20_000);
  let expense: TestExpense;
  let ada: Person;
  let bob: Person;
  let ledger: string;
  beforeEach(async () => {
    expense = await startTestExpense();
    [ada, bob] = [expense.person(), expense.person()];
    ledger = (await ada.ledger.get('')).body.id;
    await ada.record({ amount: 1_000 });
    await ada.record({ amount: 200, date: '2026-12-01' });
    await bob.record();
  });
  afterEach(() => expense.stop());

  const verify = async (...args: string[]) => {
    const lines: string[] = [];
    const code = await runVerify(args, {
      uri: async () => expense.database.uri,
      print: (line) => lines.push(line),
    });
    return { code, lines };
  };
  const rollups = () => expense.database.connection.collection<StoredRollup>('rollups');
  const breakIt = () =>
    rollups().updateOne(
      { _id: `${ledger}:month:2026-11:EUR` },
      { $inc: { 'total.expense.sum': 1 }, $set: { 'categories.none:income': { sum: 5, count: 1 } } },
    );

  it('says that all figures are true', async () => {
    expect(await verify('--ledger', ledger)).to.deep.equal({
      code: 0,
      lines: ['1 ledger compared: every figure is what the expenses say'],
    });
    expect(await verify('--all')).to.deep.equal({
      code: 0,
      lines: ['2 ledgers compared: every figure is what the expenses say'],
    });
  });

  it('says what differs, and leaves it alone', async () => {
    await breakIt();
    const told = {
      code: 1,
      lines: [
        `Ledger ${ledger}: 2 sums differ from its expenses`,
        '  month:2026-11:EUR total.expense is 1 entries with 1001, should be 1 entries with 1000',
        '  month:2026-11:EUR categories.none:income is 1 entries with 5, should be nothing',
        '1 ledger compared, 1 with wrong figures; `--repair` puts them right',
      ],
    };
    expect(await verify('--ledger', ledger)).to.deep.equal(told);
    expect(await verify('--ledger', ledger)).to.deep.equal(told);
  });

  it('repairs what differs, while others write', async () => {
    await breakIt();
    const writes = Promise.all(Array.from({ length: 10 }, () => ada.record({ amount: 1 })));
    const { code, lines } = await verify('--all', '--repair');
    await writes;
    expect(code).to.equal(0);
    expect(lines.at(-1)).to.equal('2 ledgers compared, 1 repaired: every figure is what the expenses say');
    const { body } = await ada.figures({ ranges: '2026-11-01..2026-11-30' });
    expect(body.ranges[0].buckets[0].cell).to.include({ expense: 1_010, expenseCount: 11, income: 0 });
    expect((await verify('--all')).code).to.equal(0);
  });

  it('is a command that a pod can run', async () => {
    await breakIt();
    const run = async (...args: string[]) => {
      const child = spawn(process.execPath, [join(import.meta.dirname, '../verify.ts'), ...args], {
        env: { PATH: process.env.PATH, MONGODB_URI: expense.database.uri },
      });
      const [out, err, code] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        new Promise((resolve) => child.once('close', resolve)),
      ]);
      return { out, err, code };
    };
    expect((await run('--all')).code).to.equal(1);
    expect((await run('--all', '--repair')).code).to.equal(0);
    expect(await run('--ledger', '0123456789abcdef01234567')).to.deep.equal({
      out: '',
      err: 'There is no ledger 0123456789abcdef01234567.\n',
      code: 2,
    });
  });

  for (const args of [[], ['--all', '--ledger', '0123456789abcdef01234567'], ['--ledger', 'groceries'], ['--mend']])
    it(`refuses ${JSON.stringify(args)} before it looks for a database`, async () => {
      const uri = () => expect.fail('it looked');
      const error = await runVerify(args, { uri, print: () => {} }).catch((reason: Error) => reason);
      expect(error).to.be.instanceOf(Error).with.property('message').that.does.not.include('it looked');
    });
});
