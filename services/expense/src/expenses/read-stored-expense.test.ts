import { kinds } from '@outlay/contracts/expense.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { mongo, Types } from 'mongoose';
import { type StoredExpense, toExpense } from './expense-document.ts';
import { readStoredExpense } from './read-stored-expense.ts';

const { BSON } = mongo;

describe('readStoredExpense', () => {
  const id = fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new Types.ObjectId(bytes));
  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  const instant = fc.date({ noInvalidDate: true });
  // int32 or double on the wire, by what the number needs.
  const number = fc.oneof(fc.nat(), fc.nat({ max: 2 ** 53 - 1 }));
  const always = fc.record({
    _id: id,
    ledger: id,
    date: fc.constantFrom('1999-12-01', '2026-01-31'),
    amount: number,
    currency: fc.constantFrom('EUR', 'JPY'),
    kind: fc.constantFrom(...kinds),
    category: fc.option(id),
    payee: text,
    payeeKey: text,
    note: text,
    words: fc.array(text),
    version: number,
    createdAt: instant,
    updatedAt: instant,
  });
  const sometimes = fc.record({ tags: fc.array(text, { minLength: 1 }), importId: id }, { requiredKeys: [] });
  const stored = fc.tuple(always, sometimes).map(([fields, more]): StoredExpense => ({ ...fields, ...more }));

  const expectTheSame = (document: object) => {
    const bytes = BSON.serialize(document);
    expect(readStoredExpense(bytes)).to.deep.equal(toExpense(BSON.deserialize(bytes) as StoredExpense));
  };

  it('makes what is made of the driver’s object', () => {
    fc.assert(fc.property(stored, expectTheSame));
  });

  it('finds the fields in whatever order, and passes over those that it does not know', () => {
    const unknown = fc.dictionary(fc.constantFrom('dat', 'dates', 'note2', '_', 'x'), fc.oneof(text, number, stored));
    const shuffled = fc.tuple(stored, unknown).chain(([expense, more]) => {
      const fields = Object.entries({ ...expense, ...more });
      return fc.shuffledSubarray(fields, { minLength: fields.length });
    });
    fc.assert(fc.property(shuffled, (fields) => expectTheSame(Object.fromEntries(fields))));
  });

  it('refuses an amount that is no number, and what we never store', () => {
    for (const other of [{ amount: 'much' }, { note: new BSON.Timestamp(7n) }])
      expect(() => readStoredExpense(BSON.serialize(other))).to.throw(TypeError);
  });
});
