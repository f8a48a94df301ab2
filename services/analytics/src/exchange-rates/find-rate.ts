import { addDays } from '@outlay/contracts/calendar.ts';
import type { NewExchangeRate } from '@outlay/contracts/exchange-rate.ts';
import type { EuroRates } from './parse-ecb-rates.ts';
import { inverse, type Ratio, times, toRatio } from './ratio.ts';

/** The bank rests at weekends and holidays, five days at most; a rate older than a week is none. */
const ageDaysMax = 7;

/** Finds what one unit of a currency costs in another on a day; undefined where nobody says. */
export type FindRate = (from: string, to: string, date: string) => Ratio | undefined;

/**
 * A ledger's own rates go before the bank's, either way round; where no rate names both currencies, two lead over the euro.
 * @param own of the ledger
 */
export function createFindRate(bank: EuroRates, own: readonly NewExchangeRate[]): FindRate {
  /** Of those that hold on the day, the one that began last. */
  const byHand = (from: string, to: string, date: string): Ratio | undefined => {
    const holding = own.filter(
      (rate) => rate.currency === from && rate.in === to && rate.from <= date && (rate.to === null || date <= rate.to),
    );
    const latest = holding.reduce<NewExchangeRate | undefined>((a, b) => (a && a.from >= b.from ? a : b), undefined);
    return latest && toRatio(latest.rate);
  };
  const byBank = (currency: string, date: string): Ratio | undefined => {
    const days = bank.get(currency);
    for (let age = 0; days && age <= ageDaysMax; age++) {
      const rate = days.get(addDays(date, -age));
      if (rate !== undefined) return toRatio(rate);
    }
    return undefined;
  };
  const direct = (from: string, to: string, date: string): Ratio | undefined => {
    const own = byHand(from, to, date);
    if (own) return own;
    const back = byHand(to, from, date) ?? (to === 'EUR' ? byBank(from, date) : undefined);
    return back ? inverse(back) : from === 'EUR' ? byBank(to, date) : undefined;
  };
  return (from, to, date) => {
    const found = direct(from, to, date);
    if (found || from === 'EUR' || to === 'EUR') return found;
    const toEuro = direct(from, 'EUR', date);
    const fromEuro = toEuro && direct('EUR', to, date);
    return fromEuro && times(toEuro, fromEuro);
  };
}
