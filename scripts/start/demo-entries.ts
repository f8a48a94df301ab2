import { addDays, addMonths, dayNumber, daysBetween, daysInMonth } from '@outlay/contracts/calendar.ts';
import type { Kind } from '@outlay/contracts/expense.ts';
import { type Random, seededRandom } from './seeded-random.ts';

export interface DemoEntry {
  /** The same for the same entry in every run, so that a run that was cut off can be gone on with. */
  readonly key: string;
  readonly date: string;
  /** Minor units. */
  readonly amount: number;
  readonly currency: 'EUR' | 'CHF';
  readonly kind: Kind;
  /** Name of a category that a new ledger has; null for transfers. */
  readonly category: string | null;
  readonly payee: string;
  readonly note: string;
  readonly tags: readonly string[];
}

/** What one person's money did over the two years up to today. Each day is made from its date alone. */
export function demoEntries(today: string): DemoEntry[] {
  const first = addMonths(`${today.slice(0, 7)}-01`, -24);
  const days = Array.from({ length: daysBetween(first, today) }, (_, index) => addDays(first, index));
  return days.flatMap((date) =>
    entriesOf(date).map((entry, index) => ({ ...blank, date, key: `demo-${date}-${index}`, ...entry })),
  );
}

const blank = { currency: 'EUR', kind: 'expense', note: '', tags: [] } as const;
type Drawn = Partial<DemoEntry> & Pick<DemoEntry, 'amount' | 'category' | 'payee'>;

function entriesOf(date: string): Drawn[] {
  const random = seededRandom(dayNumber(date));
  const trip = trips.find(({ from, to }) => date.slice(5) >= from && date.slice(5) <= to);
  return [...fixedOf(date, random), ...(trip ? tripDay(trip, date, random) : homeDay(date, random))];
}

/** What comes on its day of the month or of the year. */
function fixedOf(date: string, random: Random): Drawn[] {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const found: Drawn[] = [];
  const on = (dueDay: number, entry: Drawn, months?: readonly number[]) => {
    if (day === Math.min(dueDay, daysInMonth(date.slice(0, 7))) && (months?.includes(month) ?? true)) found.push(entry);
  };
  const newer = (before: number, after: number, from: string) => (date < from ? before : after);
  const yearStart = `${year}-01-01`;
  on(1, { kind: 'income', amount: 318_000 + 4_500 * (year - 2024), category: 'Salary', payee: 'Northwind Traders' });
  on(1, {
    amount: 96_000 + 2_000 * (year - 2024),
    category: 'Rent or mortgage',
    payee: 'Linden Property',
    note: 'Flat 12',
  });
  on(2, { kind: 'transfer', amount: 40_000, category: null, payee: 'Savings account', note: 'Standing order' });
  on(3, {
    amount: newer(5_800, 6_300, yearStart),
    category: 'Public transport',
    payee: 'City Transit',
    note: 'Monthly ticket',
  });
  on(5, { amount: 3_999, category: 'Internet and phone', payee: 'FibreNet' });
  on(8, { amount: 1_499, category: 'Internet and phone', payee: 'Mobilo' });
  on(9, { amount: newer(1_199, 1_399, `${year}-06-01`), category: 'Subscriptions', payee: 'Streamio' });
  on(11, { amount: 1_099, category: 'Subscriptions', payee: 'Tunebox' });
  on(14, { amount: 2_990, category: 'Sports and fitness', payee: 'Boulder Hall', note: 'Membership' });
  on(15, {
    amount: 7_400 + (month < 4 || month > 10 ? 3_150 : 0),
    category: 'Electricity, gas, water',
    payee: 'Stadtwerke',
  });
  on(
    20,
    { amount: 4_875, category: 'Insurance', payee: 'Harbour Insurance', note: 'Liability and household' },
    [1, 4, 7, 10],
  );
  on(18, { kind: 'transfer', amount: 10_000, category: null, payee: 'Cash machine' });
  on(22, { amount: 2_500, category: 'Gifts and donations', payee: 'Sea Rescue' });
  on(
    12,
    {
      kind: 'refund',
      amount: 8_130 + 10 * (year - 2024),
      category: 'Electricity, gas, water',
      payee: 'Stadtwerke',
      note: 'Credit of last year’s bill',
    },
    [3],
  );
  on(17, { kind: 'income', amount: 61_240, category: 'Other income', payee: 'Tax office', note: 'Tax refund' }, [6]);
  on(
    30,
    {
      kind: 'income',
      amount: between(random, 1_800, 2_600),
      category: 'Interest and dividends',
      payee: 'Savings bank',
    },
    [3, 6, 9, 12],
  );
  on(
    14,
    { amount: 38_900, category: 'Flights and trains', payee: 'TAP Air', note: 'Flights', tags: ['holiday', 'lisbon'] },
    [4],
  );
  on(
    6,
    { amount: 21_400, category: 'Flights and trains', payee: 'Alpine Rail', note: 'Train', tags: ['holiday', 'alps'] },
    [12],
  );
  return found;
}

/** An ordinary day: what is likely on a weekday, at the week's end, before Christmas. */
function homeDay(date: string, random: Random): Drawn[] {
  const weekday = (dayNumber(date) + 3) % 7; // 0 is Monday
  const isWeekend = weekday >= 5;
  const isAdvent = date.slice(5) >= '11-25' && date.slice(5) <= '12-23';
  const found: Drawn[] = [];
  const maybe = (chance: number, make: () => Drawn) => {
    if (random() < chance) found.push(make());
  };
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!;
  maybe([0.3, 0.3, 0.45, 0.3, 0.5, 0.85, 0][weekday]!, () => ({
    amount: skewed(random, 1_200, weekday === 5 ? 9_800 : 5_200),
    category: 'Groceries',
    payee: pick(['Green Basket', 'Corner shop', 'Farmers’ market', 'Maxi Markt', 'Bio Company']),
  }));
  maybe(isWeekend ? 0.6 : 0.4, () => ({
    amount: between(random, 240, 890),
    category: 'Coffee and snacks',
    payee: pick(['Bakery Kornblume', 'Café Luise', 'Third Wave']),
  }));
  maybe(isWeekend ? 0 : 0.45, () => ({
    amount: between(random, 590, 1_150),
    category: 'Eating out',
    payee: 'Canteen',
  }));
  maybe(weekday >= 4 ? 0.4 : 0.08, () => ({
    amount: skewed(random, 1_400, 7_200),
    category: 'Eating out',
    payee: pick(['Trattoria Nina', 'Saigon Kitchen', 'The Golden Fork', 'Thali House']),
    ...(random() < 0.3 ? { note: 'With friends', tags: ['shared'] } : {}),
  }));
  maybe(0.062, () => ({
    amount: between(random, 4_400, 8_300),
    category: 'Fuel and charging',
    payee: pick(['Aral', 'Shell', 'Jet']),
  }));
  maybe(0.08, () => ({
    amount: skewed(random, 600, 3_400),
    category: 'Household goods',
    payee: pick(['Drogerie Rose', 'Hardware Hansen']),
  }));
  maybe(0.035, () => ({
    amount: skewed(random, 1_900, 12_900),
    category: 'Clothes and shoes',
    payee: pick(['Loom & Thread', 'Second Season']),
  }));
  maybe(0.02, () => ({
    kind: 'refund',
    amount: between(random, 1_900, 5_900),
    category: 'Clothes and shoes',
    payee: 'Loom & Thread',
    note: 'Returned',
  }));
  maybe(0.03, () => ({
    amount: between(random, 650, 3_800),
    category: 'Pharmacy',
    payee: 'Rose Pharmacy',
  }));
  maybe(0.022, () => ({ amount: between(random, 2_400, 4_200), category: 'Personal care', payee: 'Salon Vera' }));
  maybe(0.05, () => ({
    amount: between(random, 900, 3_200),
    category: 'Going out',
    payee: pick(['Odeon Cinema', 'City Theatre', 'Jazz Cellar']),
  }));
  maybe(0.006, () => ({ amount: skewed(random, 9_900, 64_900), category: 'Electronics', payee: 'Volt & Wire' }));
  maybe(isAdvent ? 0.3 : 0.015, () => ({
    amount: skewed(random, 1_500, 8_900),
    category: 'Gifts and donations',
    payee: pick(['Page & Spine Books', 'Toy Chest', 'Flower Lane']),
  }));
  maybe(0.012, () => ({
    kind: 'income',
    amount: between(random, 1_500, 9_000),
    category: 'Other income',
    payee: 'Flea market',
  }));
  return found;
}

interface Trip {
  /** Month and day, both included. */
  readonly from: string;
  readonly to: string;
  readonly currency: DemoEntry['currency'];
  readonly tag: string;
  readonly places: readonly string[];
  readonly hotel: string;
}
const trips: readonly Trip[] = [
  {
    from: '07-08',
    to: '07-19',
    currency: 'EUR',
    tag: 'lisbon',
    places: ['Tasca do Chico', 'Pastelaria Alfama', 'Mercado da Ribeira', 'Miradouro Bar'],
    hotel: 'Casa do Bairro',
  },
  {
    from: '02-10',
    to: '02-15',
    currency: 'CHF',
    tag: 'alps',
    places: ['Berghaus Sonne', 'Skihütte', 'Dorfbeck'],
    hotel: 'Pension Arve',
  },
];

function tripDay(trip: Trip, date: string, random: Random): Drawn[] {
  const { currency, places } = trip;
  const shared = { currency, category: 'On the road', tags: ['holiday', trip.tag] };
  const meals = Array.from({ length: 2 + Math.floor(random() * 2) }, (_, index) => ({
    ...shared,
    amount: skewed(random, 650, 5_400),
    payee: places[(index + dayNumber(date)) % places.length]!,
  }));
  const hotel = { ...shared, category: 'Hotels', amount: 84_600, payee: trip.hotel, note: 'All nights' };
  return date.slice(5) === trip.from ? [hotel, ...meals] : meals;
}

const between = (random: Random, min: number, max: number) => Math.round(min + random() * (max - min));
/** Many small, few large, as amounts are. */
const skewed = (random: Random, min: number, max: number) => Math.round(min + random() ** 2.2 * (max - min));
