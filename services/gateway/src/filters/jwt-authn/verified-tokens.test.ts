import { expect } from 'chai';
import { VerifiedTokens } from './verified-tokens.ts';

const alice = { userId: 'alice', sessionId: 's', expiresAt: 1 } as Parameters<VerifiedTokens['set']>[1];
const end = 'x'.repeat(40);

describe('the memory of verified tokens', () => {
  it('knows a token by all of its letters, not by its end alone', () => {
    const tokens = new VerifiedTokens(10);
    tokens.set(`Bearer a${end}`, alice);

    expect(tokens.get(`Bearer a${end}`)).to.equal(alice);
    expect(tokens.get(`Bearer b${end}`)).to.equal(undefined);
    expect(tokens.get(end)).to.equal(undefined);
  });

  it('forgets the ones not seen for longest, and those it is told to', () => {
    const tokens = new VerifiedTokens(2);
    for (const one of ['a', 'b']) tokens.set(end + one, alice);
    tokens.get(`${end}a`);
    for (let i = 0; i < 2; i++) tokens.set(`${end}c`, alice);
    tokens.delete(`${end}c`);

    expect(['a', 'b', 'c'].map((one) => tokens.get(end + one))).to.deep.equal([alice, undefined, undefined]);
  });

  it('keeps what it knows where others come once each', () => {
    const tokens = new VerifiedTokens(100);
    const all = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => end + (from + i));
    for (const one of all(0, 100)) tokens.set(one, alice);
    for (const one of all(100, 1_100)) tokens.set(one, alice);

    expect(all(0, 100).filter((one) => tokens.get(one)).length).to.be.above(90);
    for (let i = 0; i < 2; i++) tokens.set(`${end}again`, alice);
    expect(tokens.get(`${end}again`)).to.equal(alice);
  });
});
