import { addDays, dayNumber } from '@outlay/contracts/calendar.ts';
import type { NewExpense } from '@outlay/contracts/expense.ts';
import { type Random, seededRandom } from '../../scripts/start/seeded-random.ts';

export const firstDay = '2016-01-01';
const lastDay = '2025-12-31';
export const payeesMax = 3_000;
export const categoriesMax = 60;

const starts =
  'Green Corner City Golden Harbour Old River North South Maple Cedar Linden Market Central Royal Blue Red Silver Little Grand'.split(
    ' ',
  );
const trades =
  'Bakery Grocers Pharmacy Cafe Cinema Fuel Hardware Books Florist Clinic Kitchen Optics Shoes Toys Garage Kiosk Hotel Rail Taxi Salon Gym Garden Butcher Wines Tailor'.split(
    ' ',
  );
const places = 'Berlin Lisbon Graz Turin Leiden Ghent'.split(' ');
const notes =
  'weekly shop|birthday|with friends|for the office|gift card|parking|night bus|spare part|invoice paid|tip included'.split(
    '|',
  );
const tags = ['holiday', 'shared', 'work', 'deductible'];
const subscriptions = ['Streamio', 'Tunebox', 'FibreNet', 'Mobilo', 'Boulder Hall', 'Daily Paper', 'Cloud Attic'];

/** "Green Bakery Berlin": 20 × 25 × 6 names, each the payee of one trade. */
const payeeName = (index: number): string =>
  [
    starts[index % starts.length],
    trades[Math.floor(index / starts.length) % trades.length],
    places[Math.floor(index / (starts.length * trades.length))],
  ].join(' ');

/**
 * Ten years of one household's money, in order of date: rent, salary and subscriptions on their days, and beside them as
 * much noise as makes up the size. Few payees have most of it, amounts are small more often than large. The same for the
 * same seed.
 * @param categories ids; the first two are rent's and salary's
 */
export function* generateExpenses(seed: number, size: number, categories: readonly string[]): Generator<NewExpense> {
  const random = seededRandom(seed);
  const days = dayNumber(lastDay) - dayNumber(firstDay) + 1;
  let made = 0;
  for (let day = 0; day < days; day++) {
    const date = addDays(firstDay, day);
    for (const entry of fixedOf(date, categories)) {
      if (made === size) return;
      made++;
      yield { ...blank, date, ...entry };
    }
    for (const until = Math.ceil((size * (day + 1)) / days); made < until; made++)
      yield { ...blank, date, ...noise(random, categories) };
  }
}

const blank = { currency: 'EUR', kind: 'expense', category: null, note: '', tags: [] } satisfies Partial<NewExpense>;
type Drawn = Partial<NewExpense> & Pick<NewExpense, 'amount' | 'payee'>;

function fixedOf(date: string, categories: readonly string[]): Drawn[] {
  const day = Number(date.slice(8));
  const raise = 1 + (Number(date.slice(0, 4)) - 2016) * 0.03;
  const rent = { amount: Math.round(92_000 * raise), payee: 'Linden Property', category: categories[0]! };
  const salary = { amount: Math.round(290_000 * raise), payee: 'Northwind', category: categories[1]! };
  if (day === 1) return [rent, { ...salary, kind: 'income' }];
  const payee = subscriptions[day - 5];
  if (payee === undefined) return [];
  return [{ amount: Math.round((899 + 200 * day) * raise), payee, category: categories[day % categories.length]! }];
}

function noise(random: Random, categories: readonly string[]): Drawn {
  const payee = Math.floor(payeesMax * random() ** 2.5);
  // What a payee sells has a category, and now and then it sells something else, or nobody has said yet.
  const usual = (payee * 7) % categories.length;
  const chance = random();
  const category = chance < 0.04 ? null : categories[chance < 0.12 ? Math.floor(random() * categories.length) : usual]!;
  const kind = random();
  return {
    amount: Math.round(150 + random() ** 3 * (random() < 0.02 ? 90_000 : 9_000)),
    currency: random() < 0.03 ? (random() < 0.5 ? 'USD' : 'CHF') : 'EUR',
    kind: kind < 0.93 ? 'expense' : kind < 0.95 ? 'refund' : kind < 0.97 ? 'income' : 'transfer',
    category,
    payee: payeeName(payee),
    note: random() < 0.25 ? notes[Math.floor(random() * notes.length)]! : '',
    tags: random() < 0.04 ? [tags[Math.floor(random() * tags.length)]!] : [],
  };
}
