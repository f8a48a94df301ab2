import { addDays, addMonths } from '@outlay/contracts/calendar.ts';
import fc from 'fast-check';
import type { Entry } from './ledger-model.ts';

/** An entry before it has ids: its category by number. */
export type Drawn = Omit<Entry, 'category'> & { readonly category: number | null };

/** What a client does next. `which` picks among what it has made. */
export type Op =
  | { do: 'create'; entry: Drawn; sentTwice: boolean }
  | { do: 'change'; which: number; patch: Partial<Drawn>; isStale: boolean }
  | { do: 'delete'; which: number }
  | { do: 'restore'; which: number }
  | { do: 'merge categories'; which: number; to: number | null }
  | { do: 'import'; rows: readonly Omit<Drawn, 'category' | 'kind' | 'tags'>[] }
  | { do: 'undo import'; which: number }
  | { do: 'fault'; fault: Fault };

export type Fault =
  /** Every connection to mongod is cut. */
  | { kind: 'cut'; afterMs: number }
  /** mongod does what one connection asks next, and its answer is lost. */
  | { kind: 'lose an answer' }
  /** The next transactions are given up by mongod when they are to be committed, or it hangs up on who asks. */
  | { kind: 'abort'; times: number; hangsUp: boolean }
  | { kind: 'kill a service'; replica: 0 | 1 }
  | { kind: 'restart mongod'; isKilled: boolean };

export const categoriesCount = 6;
const payees = ['Corner shop', 'CORNER SHOP', 'Bakery', 'Café Größe', 'Landlord', ''];
const category = fc.option(fc.nat(categoriesCount - 1), { nil: null, freq: 4 });
// Around New Year, so that days, months and years are crossed and met again.
const date = fc.integer({ min: 0, max: 40 }).map((day) => addDays('2026-12-10', day));
// One amount comes often, so that payments look as if made twice.
const amount = fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.constant(1_299), fc.constant(99_999_999_999));
// Pesos of Chile have no cents, and the European Central Bank has no rate for them: see ratesByHand.
const currency = fc.constantFrom('EUR', 'EUR', 'CLP');
const entry = fc.record<Drawn>({
  date,
  amount,
  currency,
  kind: fc.constantFrom('expense', 'expense', 'income', 'refund', 'transfer'),
  category,
  payee: fc.constantFrom(...payees),
  tags: fc.subarray(['gift', 'trip']),
});
/** An amount and a payee like no other, so that no row repeats an expense. */
const oddAmount = fc.integer({ min: 10_000, max: 2 ** 31 });
const stranger = fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), minLength: 12, maxLength: 12 });
const which = fc.nat(20);
const one = <Name extends Op['do']>(name: Name) => fc.constant(name);

export const lightFault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), afterMs: fc.nat(12) }),
  fc.record({ kind: fc.constant('lose an answer' as const) }),
  fc.record({
    kind: fc.constant('abort' as const),
    times: fc.integer({ min: 1, max: 3 }),
    hangsUp: fc.boolean(),
  }),
);
export const heavyFault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('kill a service' as const), replica: fc.constantFrom(0, 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart mongod' as const), isKilled: fc.boolean() }) },
);

const fields = ['date', 'amount', 'currency', 'kind', 'category', 'payee', 'tags'] as const;
const patch = fc
  .tuple(entry, fc.subarray([...fields], { minLength: 1 }))
  .map(([full, names]) => Object.fromEntries(names.map((name) => [name, full[name]])) as Partial<Drawn>);

/** In per cent of the first price: always the same but for the latest, or more or less. */
const prices: fc.Arbitrary<number[]> = fc.oneof(
  fc
    .tuple(fc.constantFrom(100, 103, 150, 900), fc.integer({ min: 2, max: 17 }))
    .map(([latest, times]) => [latest, ...Array<number>(times).fill(100)]),
  fc.array(fc.constantFrom(100, 100, 110, 80, 150), { minLength: 2, maxLength: 18, size: 'max' }),
);
/** What comes again and again, as rent and wages do. */
const standing = fc
  .record({
    payee: fc.constantFrom('Gym', 'Power company', 'Employer', 'Corner shop'),
    kind: fc.constantFrom('expense' as const, 'expense' as const, 'income' as const),
    category,
    currency,
    amount: fc.integer({ min: 100, max: 5_000 }),
    day: fc.integer({ min: 0, max: 27 }),
    everyMonths: fc.constantFrom(1, 1, 1, 3, 12),
    prices,
    /** The latest is paid again some days later, by mistake or not. */
    again: fc.option(fc.nat(4), { freq: 2 }),
  })
  .map(({ prices, amount, day, everyMonths, again, ...same }) => {
    const paid = prices.map((percent, index): Drawn => {
      const date = addDays(addMonths('2026-12-01', -everyMonths * index), day);
      return { ...same, tags: [], date, amount: Math.round((amount * percent) / 100) };
    });
    return again === null ? paid : [...paid, { ...paid[0]!, date: addDays(paid[0]!.date, again) }];
  });
/** What lies before a history, for figures that look back; for half of them nothing. */
export const past: fc.Arbitrary<readonly Drawn[]> = fc.oneof(
  { weight: 1, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(standing, { minLength: 2, maxLength: 6, size: 'max' }).map((all) => all.flat()) },
);

const ops = (fault: fc.Arbitrary<Fault>, faultWeight: number): fc.Arbitrary<Op> =>
  fc.oneof(
    { weight: 7, arbitrary: fc.record({ do: one('create'), entry, sentTwice: fc.boolean() }) },
    { weight: 5, arbitrary: fc.record({ do: one('change'), which, patch, isStale: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ do: one('delete'), which }) },
    { weight: 2, arbitrary: fc.record({ do: one('restore'), which }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: one('merge categories'),
        which: fc.nat(categoriesCount - 1),
        to: fc.option(fc.nat(categoriesCount - 1), { nil: null }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: one('import'),
        rows: fc.array(fc.record({ date, amount: oddAmount, currency, payee: stranger }), {
          minLength: 1,
          maxLength: 8,
        }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: one('undo import'), which }) },
    { weight: faultWeight, arbitrary: fc.record({ do: one('fault'), fault }) },
  );

/** What a few clients of one ledger do, each one thing after the other. @param faultWeight beside 7 creates and 5 changes */
export const histories = (fault: fc.Arbitrary<Fault>, faultWeight = 1): fc.Arbitrary<Op[][]> =>
  fc.array(fc.array(ops(fault, faultWeight), { minLength: 1, maxLength: 12, size: 'max' }), {
    minLength: 2,
    maxLength: 3,
  });
