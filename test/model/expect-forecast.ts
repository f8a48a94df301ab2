import type { Forecast } from '@outlay/contracts/forecast.ts';
import { expect } from 'chai';
import { type Entry, groupBy, median, monthOf, monthsLater, spreadOf, sumsOf } from './ledger-model.ts';
import { plain, plainPayee } from './lens.ts';
import type { View } from './view.ts';

/** A day in the midst of what histories write, where the lens names none. */
const today = '2027-01-12';

/** Compares a forecast with what its description says: repeating payments, and for the rest a seasonal median. */
export async function expectForecast({ lens, by, ask, seen }: View): Promise<void> {
  const asOf = lens.asOf ?? today;
  const measure = (['spent', 'income', 'net'] as const)[seen.length % 3]!;
  const present = asOf.slice(0, 7);
  const earliest = monthsLater(present, -36);
  // Sometimes of a shorter past: the month of `to` is cut, and counts no more.
  const [until, gap] = seen.length % 4 === 0 ? [monthsLater(present, -2), 2] : [present, 0];
  const how = { measure, asOf, ...(gap > 0 && { from: `${earliest}-01`, to: `${until}-20` }) };
  const forecast: Forecast = await ask('forecast', how, () => [{ from: `${earliest}-01`, to: asOf }]);

  const entries = by(plainPayee).filter(({ date }) => date >= `${earliest}-01` && date <= asOf);
  const first = entries.map(monthOf).sort()[0] ?? present;
  const past = new Past(entries, measure, until, first);
  expect(forecast.history, 'months of history').to.equal(past.months.length);
  if (past.months.length < 3) {
    expect(forecast).to.deep.include({ month: null, months: [], repeating: [], backtest: null });
    return;
  }
  const told = past.foretell();
  const sofar = past.valueOf(entries.filter((entry) => monthOf(entry) === present));
  const isPaid = (payee: string, { last }: Repeating) => past.countOf(payee, present) >= past.countOf(payee, last);
  const open = [...told.repeating].filter(([payee, each]) => each.isDueIn(present) && !isPaid(payee, each));
  const due = open.reduce((sum, [, { amount }]) => sum + amount, 0);
  const daysIn = new Date(Date.UTC(Number(present.slice(0, 4)), Number(present.slice(5)), 0)).getUTCDate();
  const left = (daysIn - Number(asOf.slice(8))) / daysIn;
  expect(forecast.month, 'this month').to.include({
    start: `${present}-01`,
    sofar,
    repeating: due,
    expected: sofar + due + Math.round(told.in(present).rest * left),
  });
  for (const [index, month] of forecast.months.entries()) {
    const name = monthsLater(present, index + 1);
    const { repeating, rest } = told.in(name);
    expect(month, `forecast of ${name}`).to.include({ start: `${name}-01`, repeating, expected: repeating + rest });
    expect(month.low).to.be.at.most(month.expected);
    expect(month.high).to.be.at.least(month.expected);
  }
  expect(forecast.months).to.have.lengthOf(12);
  expect(
    forecast.repeating.map(({ payee, every, amount }) => [plain(payee), every, amount]),
    'repeating payments',
  ).to.have.deep.members([...told.repeating].map(([payee, { every, amount }]) => [payee, every, amount]));
  expectBacktest(forecast, past, gap);
}

/** Each month of the past year as the entries before it foretell it; the interval holds four of five of the errors. */
function expectBacktest({ backtest, months }: Forecast, past: Past, gap: number): void {
  const errorsAhead = (ahead: number) =>
    past.months.slice(Math.max(3 + ahead - 1, past.months.length - 12)).map((month) => ({
      month,
      error: Math.abs(
        past.valueIn(month) -
          past
            .before(monthsLater(month, 1 - ahead))
            .foretell()
            .sumIn(month),
      ),
    }));
  const near = errorsAhead(1 + gap).map(({ error }) => error);
  const far = errorsAhead(6 + gap).map(({ error }) => error);
  const guess = 1.2816 * spreadOf(past.months.map((month) => past.valueIn(month)));
  const half = (errors: number[]) => (errors.length < 5 ? guess : eightyPercent(errors));
  const width = Math.round(Math.max(half(near), half(far)));
  for (const { expected, high } of months) expect(high - expected, 'half of the interval').to.equal(width);
  if (near.length < 6) return void expect(backtest).to.equal(null);
  const sum = near.reduce((all, error) => all + error, 0);
  expect(backtest, 'backtest').to.deep.include({ months: near.length, meanError: Math.round(sum / near.length) });
}

const eightyPercent = (errors: readonly number[]): number =>
  [...errors].sort((a, b) => a - b)[Math.min(errors.length, Math.ceil((errors.length + 1) * 0.8)) - 1]!;

interface Repeating {
  readonly every: 'month' | 'quarter' | 'year';
  readonly amount: number;
  readonly last: string;
  isDueIn(month: string): boolean;
}

const distance = (from: string, to: string) =>
  (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5)) - Number(from.slice(5));

/** Entries and the whole months before one of them, from the first in which there is anything. */
class Past {
  readonly months: readonly string[];
  readonly #entries: readonly Entry[];
  readonly #measure: Forecast['measure'];
  readonly #payees: Map<string, Map<string, Entry[]>>;

  constructor(entries: readonly Entry[], measure: Forecast['measure'], present: string, first?: string) {
    this.#entries = entries;
    this.#measure = measure;
    const start = first ?? entries.map(monthOf).sort()[0] ?? present;
    this.months = Array.from({ length: Math.max(0, distance(start, present)) }, (_, index) =>
      monthsLater(start, index),
    );
    this.#payees = new Map([...groupBy(entries, plainPayee)].map(([payee, own]) => [payee, groupBy(own, monthOf)]));
  }

  before(month: string): Past {
    return new Past(
      this.#entries.filter((entry) => monthOf(entry) < month),
      this.#measure,
      month,
      this.months[0],
    );
  }

  valueOf(entries: readonly Entry[]): number {
    return sumsOf(entries)[this.#measure];
  }

  valueIn(month: string): number {
    return this.valueOf(this.#entries.filter((entry) => monthOf(entry) === month));
  }

  /** Entries of a payee in a month, where they come to anything. */
  countOf(payee: string, month: string): number {
    const own = this.#payees.get(payee)?.get(month) ?? [];
    return this.valueOf(own) === 0 ? 0 : own.length;
  }

  #amountOf(payee: string, month: string): number {
    return this.valueOf(this.#payees.get(payee)?.get(month) ?? []);
  }

  foretell() {
    const repeating = new Map<string, Repeating>();
    for (const payee of this.#payees.keys()) {
      const found = payee === '' ? undefined : this.#rhythmOf(payee);
      if (found) repeating.set(payee, found);
    }
    const rest = new Map(
      this.months.map((month) => {
        const known = [...repeating.keys()].reduce((sum, payee) => sum + this.#amountOf(payee, month), 0);
        return [month, this.valueIn(month) - known];
      }),
    );
    const restIn = (from: string, count: number) =>
      Array.from({ length: count }, (_, index) => rest.get(monthsLater(from, index))).filter(
        (value) => value !== undefined,
      );
    const usual = median([...rest.values()].slice(-12));
    /** How such a month was to the half years around it, in two years at least; between half and twice. */
    const season = (month: string) => {
      const ratios = [12, 24, 36, 48].flatMap((ago) => {
        const like = monthsLater(month, -ago);
        const around = median(restIn(monthsLater(like, -6), 13));
        return rest.has(like) && around > 0 ? rest.get(like)! / around : [];
      });
      return usual > 0 && ratios.length >= 2 ? Math.min(2, Math.max(0.5, median(ratios))) : 1;
    };
    const foretold = (month: string) => ({
      repeating: [...repeating.values()].reduce((sum, each) => sum + (each.isDueIn(month) ? each.amount : 0), 0),
      rest: Math.round(usual * season(month)),
    });
    return {
      repeating,
      in: foretold,
      sumIn: (month: string) => foretold(month).repeating + foretold(month).rest,
    };
  }

  /** Paid so often a month, a quarter or a year, never in between, and each time within 35 % of the middle. */
  #rhythmOf(payee: string): Repeating | undefined {
    const paid = this.months.filter((month) => this.countOf(payee, month) > 0);
    const last = paid.at(-1);
    if (last === undefined) return undefined;
    const end = this.months.at(-1)!;
    for (const [every, step, needed] of [
      ['month', 1, 3],
      ['quarter', 3, 3],
      ['year', 12, 2],
    ] as const) {
      const times = Array.from({ length: needed }, (_, index) => monthsLater(last, -index * step));
      const often = this.countOf(payee, last);
      const between = paid.filter((month) => month > times.at(-1)!);
      const amounts = times.map((month) => this.#amountOf(payee, month));
      const middle = median(amounts);
      if (
        distance(last, end) < step &&
        often <= 2 &&
        times.every((month) => this.months.includes(month) && this.countOf(payee, month) === often) &&
        between.length === needed - 1 &&
        amounts.every((amount) => Math.abs(amount - middle) <= Math.abs(middle) * 0.35)
      )
        return {
          every,
          last,
          amount: Math.round(every === 'month' ? middle : amounts[0]!),
          isDueIn: (month) => distance(last, month) % step === 0,
        };
    }
    return undefined;
  }
}
