import { expect } from 'chai';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { ValidationFailed } from './problem.ts';

const Position = z.strictObject({ date: z.iso.date(), id: z.string() });

describe('a cursor', () => {
  it('comes back as it was given, safe in a URL', () => {
    const position = { date: '2026-11-23', id: 'ü?&=/+' };
    const cursor = encodeCursor(position);
    expect(cursor).to.match(/^[\w-]+$/);
    expect(decodeCursor(Position, cursor)).to.deep.equal(position);
  });

  const forged: [what: string, cursor: string][] = [
    ['no base64', '!!!'],
    ['no JSON', Buffer.from('not json').toString('base64url')],
    ['another shape', encodeCursor({ date: '2026-11-23' })],
    ['a member too many', encodeCursor({ date: '2026-11-23', id: 'a', $where: '1' })],
    ['an operator for a value', encodeCursor({ date: { $gt: '' }, id: 'a' })],
    ['nothing', ''],
    ['null', encodeCursor(null)],
  ];
  for (const [what, cursor] of forged)
    it(`with ${what} is refused by its name`, () => {
      try {
        decodeCursor(Position, cursor);
        expect.fail('it was taken');
      } catch (error) {
        expect(error).to.be.instanceOf(ValidationFailed);
        expect((error as ValidationFailed).errors?.[0]?.parameter).to.equal('cursor');
      }
    });
});
