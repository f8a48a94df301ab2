import { expect } from 'chai';
import { generateExpenses, payeesMax } from './generate-expenses.ts';

describe('generateExpenses', () => {
  const categories = Array.from({ length: 60 }, (_, index) => `category-${index}`);
  const entries = [...generateExpenses(1, 50_000, categories)];

  it('makes as many as asked for, over ten years, in order of date', () => {
    expect(entries).to.have.lengthOf(50_000);
    expect([entries[0]!.date, entries.at(-1)!.date]).to.deep.equal(['2016-01-01', '2025-12-31']);
    expect(entries.every(({ date }, index) => index === 0 || entries[index - 1]!.date <= date)).to.equal(true);
  });

  it('makes the same for the same seed, and others for another', () => {
    const first = (seed: number) => [...generateExpenses(seed, 50_000, categories)].slice(0, 100);
    expect(first(1)).to.deep.equal(first(1)).and.not.deep.equal(first(2));
  });

  it('uses all categories and nearly all payees, a few of them far more than the rest', () => {
    expect(new Set(entries.map(({ category }) => category)).size).to.equal(61); // none is one of them
    const counts = new Map<string, number>();
    for (const { payee } of entries) counts.set(payee, (counts.get(payee) ?? 0) + 1);
    expect(counts.size).to.be.within(payeesMax * 0.9, payeesMax + 9);
    const most = [...counts.values()].sort((a, b) => b - a).slice(0, 300);
    expect(most.reduce((sum, count) => sum + count, 0)).to.be.above(entries.length / 3);
  });

  it('pays rent and salary once a month', () => {
    for (const payee of ['Linden Property', 'Northwind'])
      expect(entries.filter((entry) => entry.payee === payee)).to.have.lengthOf(120);
  });
});
