import { today } from '@outlay/contracts/calendar.ts';
import type { Conversion } from '@outlay/contracts/exchange-rate.ts';
import { figureFilters } from '@outlay/contracts/figure-filters.ts';
import { type Figures, type FiguresQuery, figureLinesType } from '@outlay/contracts/internal.ts';
import { Unavailable } from '@outlay/service-kit/problem.ts';
import type { AppContext, AuthenticatedUser } from '@outlay/service-kit/route.ts';
import { annotate } from '@outlay/service-kit/trace.ts';
import { convertFigures } from '../exchange-rates/convert-figures.ts';
import { createFindRate } from '../exchange-rates/find-rate.ts';
import type { EuroRates } from '../exchange-rates/parse-ecb-rates.ts';
import { datesOnEarth, type Period, refuse } from '../period/period.ts';
import type { ExpenseSource } from './figure-source.ts';
import { readFigures } from './read-figures.ts';

export interface FigureQuestion {
  ledger: string;
  filters: FigureFilters;
  /** Everything in this currency. */
  convert?: string | undefined;
  by: FiguresQuery['by'];
  /** Split by category, by payee, by tag. */
  categories?: boolean;
  payees?: boolean;
  tags?: boolean;
  /** Categories and payees each for itself. */
  apart?: boolean;
  /** Payments that may have been made twice are wanted from this day on. */
  doublesFrom?(today: string): string;
  /** What is needed where today is this date in the ledger's time zone. @throws {ValidationFailed} */
  ranges(today: string): readonly Period[];
}

/** What the caller says of the figure beside its period; checked by the route. */
export type FigureFilters = { readonly [name in FilterName]?: string };
type FilterName = keyof typeof figureFilters;

/** The filters of a figure's query. */
export const filtersOf = (query: { readonly [name in FilterName]?: string | undefined }): FigureFilters =>
  Object.fromEntries(
    (Object.keys(figureFilters) as FilterName[]).flatMap((name) =>
      query[name] === undefined ? [] : [[name, query[name]]],
    ),
  );

export interface Asker {
  user: AuthenticatedUser;
  ctx: AppContext;
}

/** In one currency, and where it was converted, what could not be. */
export type AskedFigures = Figures & { conversion?: Conversion };

/** The answer's `ranges` are those that the ledger's own today asks for, in that order. */
export type AskFigures = (question: FigureQuestion, asker: Asker) => Promise<AskedFigures>;

/** Rejects with expense's own 4xx, or with {@link Unavailable} where there is no answer in time or one to another question. */
export const createAskFigures =
  (source: ExpenseSource, rates: () => EuroRates, now: () => Date): AskFigures =>
  async (question, asker) => {
    const { filters, convert, by, categories = false, apart = false } = question;
    if (convert && filters.currency)
      throw refuse('convert', 'goes without `currency`: it names the currency of the figure');
    const askedAt = now();
    const figures = await askExpense(source, question, asker, askedAt);
    if (!convert) return figures;
    const converted = (given: Figures) =>
      convertFigures(given, { by, categories, apart }, createFindRate(rates(), given.rates ?? []));
    const { figures: told, conversion } = converted(figures);
    if (!question.tags || conversion.missing.length === 0) return { ...told, conversion };
    // An entry with two tags is in two of these sums, but is one: only without tags can entries be counted.
    const untold = await askExpense(source, { ...question, payees: false, tags: false }, asker, askedAt);
    const counted = converted(untold).conversion.missing;
    const missing = conversion.missing.map(
      // An expense may be gone since. What the figure leaves out is named all the same.
      (each) => counted.find(({ currency }) => currency === each.currency) ?? each,
    );
    return { ...told, conversion: { ...conversion, missing } };
  };

/**
 * Asks expense for a figure, in one request: which month "this month" is, only the ledger's time zone tells, and that comes
 * with the answer. So we ask for each that it can be — two in the 26 hours around a month's end, else one — and keep the right one.
 */
async function askExpense(
  source: ExpenseSource,
  { ledger, filters, convert, by, ranges, doublesFrom, ...split }: FigureQuestion,
  asker: Asker,
  askedAt: Date,
): Promise<Figures> {
  const { categories = false, payees = false, tags = false, apart = false } = split;
  const { asOf } = filters;
  const currency = convert ?? filters.currency;
  const dates = asOf ? [asOf] : datesOnEarth(askedAt);
  const asked = [...new Set(possible(ranges, dates).map(nameOf))];
  const figures = await source(readFigures, {
    path: `/internal/v1/ledgers/${ledger}/figures`,
    accept: `${figureLinesType}, application/json;q=0.5`,
    query: {
      ranges: asked.join(','),
      by,
      // Converted sums are rounded by category in every figure, so that the figures agree.
      categories: String(categories || (convert !== undefined && !payees && !tags)),
      ...(payees && { payees: 'true' }),
      ...(tags && { tags: 'true' }),
      ...(apart && { apart: 'true' }),
      ...(doublesFrom && { doublesFrom: possible((today) => [doublesFrom(today)], dates).sort()[0]! }),
      ...filters,
      ...(convert && { currency: convert, currencies: 'each' }),
    },
    ...asker,
  });
  annotate({ 'outlay.ledger': figures.ledger.id });
  const given = new Map(figures.ranges.map((range) => [nameOf(range), range]));
  const wanted = ranges(asOf ?? today(figures.ledger.timeZone, askedAt)).map((range) => {
    const found = given.get(nameOf(range));
    if (!found) throw offTopic();
    return found;
  });
  if (currency && figures.currency !== currency) throw offTopic();
  return { ...figures, ranges: wanted };
}

const nameOf = ({ from, to }: Period) => `${from}..${to}`;

const offTopic = () =>
  new Unavailable('expense gives no answer at the moment.', { cause: new Error('expense answered another question') });

/** Where only one of the dates makes the question valid, the answer decides whether it is that date. */
function possible<T>(ranges: (today: string) => readonly T[], dates: readonly string[]): T[] {
  const found: T[] = [];
  let refusal: unknown;
  for (const date of dates)
    try {
      found.push(...ranges(date));
    } catch (error) {
      refusal = error;
    }
  if (found.length === 0) throw refusal;
  return found;
}
