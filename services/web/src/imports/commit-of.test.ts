import type { ImportRow } from '@outlay/contracts/import.ts';
import { expect } from 'chai';
import { commitOf } from './commit-of.ts';

const row = (number: number, status: ImportRow['status']): ImportRow => ({
  row: number,
  line: null,
  status,
  reason: null,
  duplicateOf: null,
  expense: null,
});
const rows = [row(0, 'new'), row(1, 'duplicate'), row(2, 'new'), row(3, 'invalid')];

describe('The commit of an import', () => {
  it('says "new" where just the new rows are chosen', () => {
    expect(commitOf(rows, new Set([0, 2]), new Map())).to.deep.equal({ rows: 'new', categories: {} });
  });

  it('names the rows where one was left out or a duplicate taken in', () => {
    expect(commitOf(rows, new Set([2]), new Map()).rows).to.deep.equal([2]);
    expect(commitOf(rows, new Set([2, 1, 0]), new Map()).rows).to.deep.equal([0, 1, 2]);
  });

  it('carries the categories of chosen rows only, a cleared one included', () => {
    const categories = new Map([
      [0, '6742c0ffee00c0ffee00beef'],
      [2, null],
      [1, '6742c0ffee00c0ffee00beef'],
    ]);

    expect(commitOf(rows, new Set([0, 2]), categories).categories).to.deep.equal({
      '0': '6742c0ffee00c0ffee00beef',
      '2': null,
    });
  });
});
