import { expect } from 'chai';
import fc from 'fast-check';
import { mongo } from 'mongoose';
import { readRollup } from './read-cells.ts';

const { BSON } = mongo;

describe('readRollup', () => {
  // int32, int64 and double on the wire, by what the number needs; MongoDB's $inc widens them as they grow.
  const sum = fc.oneof(
    fc.integer(),
    fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }),
    fc.integer({ min: 2 ** 31, max: 2 ** 53 - 1 }).map((value) => BSON.Long.fromNumber(value)),
  );
  const key = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((text) => !text.includes('\0') && text !== '__proto__');
  const cells = fc.dictionary(key, fc.record({ sum, count: fc.integer() }), { noNullPrototype: true });
  const rollup = fc.record(
    { _id: fc.string({ unit: 'grapheme' }), total: cells, categories: cells, days: cells, payees: cells },
    { requiredKeys: ['_id'], noNullPrototype: true },
  );
  const parts = ['total', 'categories', 'days', 'payees'] as const;
  const none = Object.fromEntries(parts.map((part) => [part, {}]));
  const read = (bytes: Uint8Array) => {
    const { _id, cells } = readRollup(bytes);
    const found = parts.map(
      (part) => [part, [...cells(part)].map(({ key, ...cell }) => [key, cell] as const)] as const,
    );
    // What has no cells and what is not there are the same to who adds up.
    return { _id, ...Object.fromEntries(found.map(([part, each]) => [part, Object.fromEntries(each)])) };
  };

  it('reads what the driver reads', () => {
    fc.assert(
      fc.property(rollup, (written) => {
        const bytes = BSON.serialize(written);
        expect(read(bytes)).to.deep.equal({ ...none, ...BSON.deserialize(bytes) });
      }),
    );
  });

  it('reads the sum before the count and the count before the sum', () => {
    for (const cell of [
      { sum: 1_250, count: 1 },
      { count: 1, sum: 1_250 },
    ])
      expect([...readRollup(BSON.serialize({ _id: 'a', total: { expense: cell } })).cells('total')]).to.deep.equal([
        { key: 'expense', sum: 1_250, count: 1 },
      ]);
  });

  it('refuses what is no rollup', () => {
    for (const other of [{ _id: 7 }, { total: { expense: 3 } }, { total: { expense: { sum: 'much', count: 1 } } }])
      expect(() => [...readRollup(BSON.serialize(other)).cells('total')]).to.throw(TypeError);
  });
});
