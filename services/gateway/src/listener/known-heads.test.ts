import { expect } from 'chai';
import fc from 'fast-check';
import { KnownHeads } from './known-heads.ts';

/** As it stands between other bytes. */
function read(heads: KnownHeads, fields: string) {
  const bytes = Buffer.from(`GET / HTTP/1.1\r\n${fields}\r\n\r\n`, 'latin1');
  return heads.read(bytes, 16, 16 + fields.length);
}

describe('heads that were read before', () => {
  it('are the same head', () => {
    const heads = new KnownHeads(100);
    const first = read(heads, 'Host: a\r\nAuthorization: Bearer x');

    expect(read(heads, 'Host: a\r\nAuthorization: Bearer x')).to.equal(first);
  });

  it('are told apart by every letter', () => {
    const heads = new KnownHeads(100);
    const fields = `Host: a\r\nAuthorization: Bearer ${'x'.repeat(700)}`;
    read(heads, fields);
    fc.assert(
      fc.property(fc.nat({ max: 699 }), (at) => {
        const other = `${'x'.repeat(at)}y${'x'.repeat(699 - at)}`;
        expect(read(heads, `Host: a\r\nAuthorization: Bearer ${other}`).authorization).to.equal(`Bearer ${other}`);
      }),
    );
  });

  it('are not taken for what is their beginning, or longer than is kept', () => {
    const heads = new KnownHeads(100);
    for (const length of [10, 2_000, 2_100, 10, 2_100, 9]) {
      const value = 'x'.repeat(length);
      expect(read(heads, `Host: a\r\nOrigin: ${value}`).origin).to.equal(value);
    }
  });

  it('that are refused are refused again', () => {
    const heads = new KnownHeads(100);
    for (let i = 0; i < 2; i++) {
      expect(read(heads, 'Host: a\r\nHost: b').problem?.status).to.equal(400);
      expect(() => read(heads, 'X: \0')).to.throw();
    }
  });

  it('make room for one that comes again', () => {
    const heads = new KnownHeads(100);
    const fields = (user: number) => `Host: a\r\nAuthorization: Bearer ${String(user).padStart(20, '0')}`;
    // Many more than there are slots: all of them are taken.
    for (let user = 0; user < 20_000; user++) read(heads, fields(user));

    const late = [30_000, 30_001, 30_002].map((user) => {
      for (let i = 0; i < 2; i++) read(heads, fields(user));
      return [read(heads, fields(user)), read(heads, fields(user))] as const;
    });
    for (const [one, again] of late) expect(one).to.equal(again);
  });
});
