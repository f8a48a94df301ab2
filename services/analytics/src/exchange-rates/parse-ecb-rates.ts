import { CalendarDate } from '@outlay/contracts/common.ts';
import { SaxesParser } from 'saxes';

/** What one euro costs: currency → day → decimal. */
export type EuroRates = Map<string, Map<string, string>>;

/** All of the bank's rates since 1999 are 250,000. */
const ratesMax = 1_000_000;

/**
 * Reads a file in the format of the European Central Bank's eurofxref-daily.xml, -hist-90d.xml and -hist.xml.
 * @throws {Error} where it is no such file; entities of a DTD are never resolved, so that none can expand
 */
export function parseEcbRates(xml: string): EuroRates {
  const rates: EuroRates = new Map();
  let date: string | undefined;
  let count = 0;
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes: { time, currency, rate } }) => {
    if (name !== 'Cube') return;
    if (time !== undefined) date = CalendarDate.parse(time);
    if (currency === undefined) return;
    if (date === undefined) throw new Error('a rate stands under no day');
    if (!/^[A-Z]{3}$/.test(currency)) throw new Error('a currency is none');
    if (rate === undefined || !/^\d{1,9}(\.\d{1,12})?$/.test(rate) || !/[1-9]/.test(rate))
      throw new Error(`the rate of ${currency} on ${date} is none`);
    if (++count > ratesMax) throw new Error('too many rates');
    let days = rates.get(currency);
    if (!days) {
      days = new Map();
      rates.set(currency, days);
    }
    days.set(date, rate);
  });
  parser.write(xml).close();
  if (count === 0) throw new Error('it holds no rates');
  return rates;
}
