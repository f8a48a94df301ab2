import { expect } from 'chai';
import { newId } from '../../../../test/support/new-id.ts';
import { openTestDatabase, type TestDatabase } from '../../../../test/support/test-database.ts';
import { createDriftRound, type DriftRound } from './drift-round.ts';

describe('the round of drift checks', () => {
  let now = new Date('2026-11-23T10:00:00Z');
  let database: TestDatabase;
  let round: DriftRound;
  before(async () => {
    database = await openTestDatabase();
    round = createDriftRound(database.connection, () => now);
  });
  after(() => database.drop());
  beforeEach(() => round.model.deleteMany({}));

  const minutesPass = (minutes: number) => {
    now = new Date(now.getTime() + minutes * 60_000);
  };

  it('is taken by one of many replicas, and by none before the pause is over', async () => {
    const turns = await Promise.all(Array.from({ length: 8 }, () => round.take()));
    expect(turns.filter((turn) => turn !== undefined)).to.deep.equal([{ after: undefined }]);
    const ledger = newId();
    await round.note(ledger, 0, 60_000);
    expect(await round.take()).to.equal(undefined);
    minutesPass(1);
    expect(await round.take()).to.deep.equal({ after: ledger });
  });

  it('goes on where a replica died amid its check, ten minutes later', async () => {
    await round.take();
    minutesPass(9);
    expect(await round.take()).to.equal(undefined);
    minutesPass(1);
    expect(await round.take()).to.deep.equal({ after: undefined });
  });

  it('remembers what is broken until it is found whole; a check that failed says nothing', async () => {
    const [ada, bob] = [newId(), newId()];
    await round.take();
    await round.note(ada, 3, 0);
    await round.note(bob, 2, 0);
    await round.note(ada, undefined, 0);
    expect(await round.broken()).to.deep.equal(
      new Map([
        [ada, 3],
        [bob, 2],
      ]),
    );
    await round.note(ada, 0, 0);
    expect(await round.broken()).to.deep.equal(new Map([[bob, 2]]));
  });
});
