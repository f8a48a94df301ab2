import { expect } from 'chai';
import fc from 'fast-check';
import { KeptBody } from './kept-body.ts';

describe('a body that may have to be sent again', () => {
  it('is kept as it came, in whatever parts, though their memory is used again', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 6 }), (lengths) => {
        const memory = Buffer.alloc(40_000);
        const expected: string[] = [];
        let kept: KeptBody | undefined;
        lengths.forEach((length, i) => {
          const chunk = memory.fill(97 + i).subarray(0, length);
          expected.push(chunk.toString());
          if (kept) kept.add(chunk);
          else kept = new KeptBody(chunk);
        });
        memory.fill('!');

        expect(kept?.bytes.toString() === expected.join('')).to.equal(true);
        kept?.release();
      }),
    );
  });

  it('has memory of its own', () => {
    const [one, other] = [new KeptBody(Buffer.alloc(30_000, 'a')), new KeptBody(Buffer.alloc(30_000, 'b'))];
    one.release();
    one.release();
    const [third, fourth] = [new KeptBody(Buffer.alloc(30_000, 'c')), new KeptBody(Buffer.alloc(30_000, 'd'))];

    expect(other.bytes.includes('d')).to.equal(false);
    expect([third.bytes[0], fourth.bytes[0]]).to.deep.equal([99, 100]);
    for (const body of [other, third, fourth]) body.release();
  });
});
