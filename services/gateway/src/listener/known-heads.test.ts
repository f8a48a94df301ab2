import { expect } from 'chai';
import fc from 'fast-check';
import { KnownHeads } from './known-heads.ts';

describe('heads that were read before', () => {
  it('are the same head', () => {
    const heads = new KnownHeads(100);
    const first = heads.read('Host: a\r\nAuthorization: Bearer x');

    expect(heads.read('Host: a\r\nAuthorization: Bearer x')).to.equal(first);
  });

  it('are told apart by every letter', () => {
    const heads = new KnownHeads(100);
    const fields = `Host: a\r\nAuthorization: Bearer ${'x'.repeat(700)}`;
    heads.read(fields);
    fc.assert(
      fc.property(fc.nat({ max: 699 }), (at) => {
        const other = `${'x'.repeat(at)}y${'x'.repeat(699 - at)}`;
        expect(heads.read(`Host: a\r\nAuthorization: Bearer ${other}`).authorization).to.equal(`Bearer ${other}`);
      }),
    );
  });

  it('that are refused are refused again', () => {
    const heads = new KnownHeads(100);
    for (let i = 0; i < 2; i++) {
      expect(heads.read('Host: a\r\nHost: b').problem?.status).to.equal(400);
      expect(() => heads.read('X: \0')).to.throw();
    }
  });
});
