import { addDays } from '@outlay/contracts/calendar.ts';
import { expect } from 'chai';
import { demoEntries } from './demo-entries.ts';

describe('demoEntries', () => {
  const today = '2026-11-23';
  const entries = demoEntries(today);

  it('covers two years up to today and nothing beyond', () => {
    expect(entries[0]!.date).to.equal('2024-11-01');
    expect(entries.every(({ date }) => date <= today)).to.equal(true);
    expect(entries.length).to.be.within(1_400, 1_800);
  });

  it('pays the rent and the salary once a month', () => {
    for (const payee of ['Linden Property', 'Northwind Traders']) {
      const months = entries.filter((entry) => entry.payee === payee).map(({ date }) => date.slice(0, 7));
      expect(months)
        .to.have.lengthOf(25)
        .and.deep.equal([...new Set(months)]);
    }
  });

  it('spends less than it earns, as savings need', () => {
    const sum = (kind: string) =>
      entries.filter((entry) => entry.kind === kind).reduce((all, { amount }) => all + amount, 0);

    expect(sum('expense') - sum('refund')).to.be.within(0.6 * sum('income'), 0.95 * sum('income'));
  });

  it('tells the same story about a day on every later day', () => {
    const later = demoEntries(addDays(today, 40));
    const shared = (all: typeof entries) => all.filter(({ date }) => date >= '2025-01-01' && date <= today);

    expect(shared(later)).to.deep.equal(shared(entries));
  });

  it('gives each entry a key of its own', () => {
    expect(new Set(entries.map(({ key }) => key)).size).to.equal(entries.length);
  });

  it('has every kind of entry, tags and a second currency to show', () => {
    expect(new Set(entries.map(({ kind }) => kind))).to.deep.equal(
      new Set(['income', 'expense', 'transfer', 'refund']),
    );
    expect(new Set(entries.map(({ currency }) => currency))).to.deep.equal(new Set(['EUR', 'CHF']));
    expect(new Set(entries.flatMap(({ tags }) => tags))).to.include('holiday');
  });
});
