import { expect } from 'chai';
import { RevokedSessions } from './revoked-sessions.ts';

function remembering(sessionsMax: number) {
  const clock = { now: 0 };
  return { clock, revoked: new RevokedSessions(600, sessionsMax, () => clock.now) };
}

describe('sessions that have ended', () => {
  it('are remembered as long as a token of theirs may live', () => {
    const { clock, revoked } = remembering(10);
    revoked.add('a');
    clock.now = 300;
    revoked.add('b');

    clock.now = 599;
    revoked.forgetOld();
    expect([revoked.has('a'), revoked.has('b'), revoked.has('c')]).to.deep.equal([true, true, false]);
    clock.now = 600;
    revoked.forgetOld();
    expect([revoked.has('a'), revoked.has('b')]).to.deep.equal([false, true]);
  });

  it('that are told again are remembered from then on', () => {
    const { clock, revoked } = remembering(10);
    revoked.add('a');
    clock.now = 300;
    revoked.add('a');

    clock.now = 700;
    revoked.forgetOld();

    expect(revoked.has('a')).to.equal(true);
    expect(revoked.size).to.equal(1);
  });

  it('are never more than they may: the oldest are forgotten, and counted', () => {
    const { revoked } = remembering(1_000);
    for (let i = 0; i < 2_500; i++) revoked.add(`s${i}`);

    expect(revoked.size).to.equal(1_000);
    expect(revoked.overflows).to.equal(1_500);
    expect([revoked.has('s1499'), revoked.has('s1500'), revoked.has('s2499')]).to.deep.equal([false, true, true]);
  });
});
