import { expect } from 'chai';
import mongoose from 'mongoose';
import { queryShape } from './query-shape.ts';

const id = new mongoose.Types.ObjectId();

describe('the shape of a query', () => {
  for (const [what, command, shape] of [
    [
      'a find',
      { find: 'expenses', filter: { ledger: id, date: { $gte: '2026-01-01' } } },
      '{"ledger":"?","date":{"$gte":"?"}}',
    ],
    ['a list of values', { filter: { _id: { $in: [id, id] }, tags: ['a', 'b'] } }, '{"_id":{"$in":"?"},"tags":"?"}'],
    [
      'alternatives',
      { filter: { $or: [{ payee: 'Anna' }, { note: /Anna/i }] } },
      '{"$or":[{"payee":"?"},{"note":"?"}]}',
    ],
    [
      'an aggregation',
      { pipeline: [{ $match: { at: new Date(0) } }, { $limit: 5 }] },
      '[{"$match":{"at":"?"}},{"$limit":"?"}]',
    ],
    [
      'an update, without what it writes',
      { updates: [{ q: { _id: id }, u: { $inc: { 'payees.Anna': 5 } } }] },
      '{"_id":"?"}',
    ],
    ['a delete', { deletes: [{ q: { _id: id }, limit: 1 }] }, '{"_id":"?"}'],
    ['an insert: nothing', { insert: 'expenses', ordered: true }, ''],
    ['a document that is inserted: nothing', { _id: id, payee: 'Anna' }, ''],
    ['a query for all', { filter: {} }, '{}'],
  ] as const)
    it(`of ${what}`, () => expect(queryShape(command)).to.equal(shape));

  it('is of bounded length', () => {
    const filter = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`field${index}`, index]));
    expect(queryShape({ filter })).to.have.length(500);
  });
});
