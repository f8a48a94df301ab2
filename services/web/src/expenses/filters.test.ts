import { expect } from 'chai';
import { changeFilters, filterSearch, isNarrowed, panelCount, readFilters } from './filters.ts';

const read = (search: string) => readFilters(new URLSearchParams(search));

describe('The filters in the address', () => {
  it('come back as they were written', () => {
    const filters = {
      q: 'café & more',
      from: '2026-11-01',
      to: '2026-11-30',
      category: '6742c0ffee00c0ffee00beef',
      kind: 'refund',
      payee: 'Corner shop',
      tag: 'holiday',
      min: 100,
      max: 99999,
      sort: 'amount',
    } as const;

    expect(read(filterSearch(filters))).to.deep.equal(filters);
  });

  it('leave out what is no value, instead of asking the API for nonsense', () => {
    expect(read('?from=soon&category=x&kind=gift&min=-1&max=1e9&sort=name&limit=9000&q=%20')).to.deep.equal({});
  });

  it('say nothing where nothing is filtered', () => {
    expect(filterSearch({})).to.equal('');
    expect(read('?sort=-date')).to.deep.equal({});
  });

  it('have one address for equal filters', () => {
    expect(filterSearch(read('?kind=income&q=a'))).to.equal(filterSearch(read('?q=a&kind=income')));
  });

  it('lose what is set to undefined', () => {
    expect(changeFilters({ q: 'a', kind: 'income' }, { q: undefined, min: 5 })).to.deep.equal({
      kind: 'income',
      min: 5,
    });
  });

  it('count for the button what the panel holds, and know an order from a filter', () => {
    expect(panelCount(read('?q=a&from=2026-01-01&kind=income&min=5&sort=date'))).to.equal(2);
    expect(isNarrowed(read('?sort=date'))).to.equal(false);
    expect(isNarrowed(read('?sort=date&q=a'))).to.equal(true);
  });
});
