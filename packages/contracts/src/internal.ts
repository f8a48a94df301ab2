/**
 * What expense tells analytics: one request for one figure, answered line by line. Version 1; a breaking change gets a new path,
 * another form of the same answer a media type.
 * Never routed by the gateway.
 *
 * Ranges are always dates: expense needs no clock. Where a figure's default is "this month", analytics asks for every month
 * that it can be somewhere on earth (two, for 26 hours around a month's end) and picks by the answer's `ledger.timeZone`.
 * `ranges` come back in the order asked; they may overlap, and each knows its own `currencies`.
 */
import { z } from 'zod';
import { CalendarDate, Id } from './common.ts';
import { ExchangeRate } from './exchange-rate.ts';
import { figureFilters } from './figure-filters.ts';
import { Category, Ledger } from './ledger.ts';
import { Currency } from './money.ts';

/** Sums and counts by kind, minor units. Transfers are kept apart because they count in no figure. */
export const Cell = z.object({
  expense: z.int(),
  income: z.int(),
  refund: z.int(),
  expenseCount: z.int(),
  incomeCount: z.int(),
  refundCount: z.int(),
});
export type Cell = z.infer<typeof Cell>;
export const emptyCell = (): Cell => ({
  expense: 0,
  income: 0,
  refund: 0,
  expenseCount: 0,
  incomeCount: 0,
  refundCount: 0,
});

const flag = z.enum(['true', 'false']).default('false');

export const FiguresQuery = z.strictObject({
  /** Ranges "from..to", separated by commas: a period and the one before travel in one request. */
  ranges: z.string().regex(/^\d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d(,\d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d){0,3}$/),
  /** `total`: one bucket a range; `day`/`month`: a bucket for each that has entries. */
  by: z.enum(['total', 'day', 'month']).default('total'),
  /** Split each bucket by category, by payee, by tag; an entry with two tags is in two buckets. */
  categories: flag,
  payees: flag,
  tags: flag,
  /** With `categories` and `payees`: not by both at once but by each for itself; buckets by category have no `payee`. */
  apart: flag,
  /** Payments that may have been made twice, the second on this day or later, up to the end of the ranges. */
  doublesFrom: CalendarDate.optional(),
  /**
   * As the figure was asked: `currency` of the buckets, filters, and `asOf`, after which entries are left out; the ranges keep
   * their names.
   */
  ...figureFilters,
  /** `each`: buckets in every currency, each naming its own, and those in another than `currency` by day: rates are by day. */
  currencies: z.enum(['one', 'each']).default('one'),
});
export type FiguresQuery = z.infer<typeof FiguresQuery>;

/** One answer holds at most so many buckets; a question for more is refused (`figure-too-large`). */
export const bucketsMax = 100_000;

const Bucket = z.object({
  /** First day of the bucket, not before its range's `from`. */
  start: CalendarDate,
  /** Category id, `none`, or null where not split by category. */
  category: z.string().nullable(),
  /** Where split by payee: as spelled most often in the whole answer; '' for none. */
  payee: z.string().optional(),
  /** Where split by tag; '' for none. */
  tag: z.string().optional(),
  /** Where every currency was asked for. */
  currency: Currency.optional(),
  cell: Cell,
});
export type Bucket = z.infer<typeof Bucket>;

const FiguresRange = z.object({
  from: CalendarDate,
  to: CalendarDate,
  /** Every currency with an entry inside the range that the filters let through, transfers aside. */
  currencies: z.array(Currency),
});

/** The first line: what is true of the whole answer. */
export const FiguresHead = z.object({
  ledger: Ledger,
  currency: Currency,
  /** All of the ledger's where the figures are split by them; else none, for they cost as much as the sums. */
  categories: z.array(Category),
  /** The ledger's own exchange rates, where every currency was asked for. */
  rates: z.array(ExchangeRate.omit({ id: true })).optional(),
  /** Where asked for: two or three expenses of one payee, amount and currency, some of them at most three days apart. */
  doubles: z
    .array(
      z.object({
        payee: z.string(),
        amount: z.int(),
        currency: Currency,
        /** Oldest first. */
        entries: z.array(z.object({ id: Id, date: CalendarDate })),
      }),
    )
    .optional(),
  ranges: z.array(FiguresRange),
});
export type FiguresHead = z.infer<typeof FiguresHead>;
export type Double = NonNullable<FiguresHead['doubles']>[number];

/** Buckets of one line: what is written and checked at a time, some 40 KB. */
export const partBucketsMax = 256;

/** Each line between: some buckets of the range at this place in the head's. A range without buckets has no line. */
export const FiguresPart = z.object({
  range: z.int().min(0),
  buckets: z.array(Bucket).min(1).max(partBucketsMax),
});
export type FiguresPart = z.infer<typeof FiguresPart>;

/** The last line: how many buckets the others held. An answer without it, or with another number, is none: it broke off. */
export const FiguresEnd = z.object({ bucketCount: z.int().min(0).max(bucketsMax) });
export type FiguresEnd = z.infer<typeof FiguresEnd>;

/** Lines of JSON, each ended by a newline. Refusals are no lines: they are decided before the first, and have their status. */
export const figureLinesType = 'application/x-ndjson';
/** No line is longer: of the longest payees and tags, 256 buckets take less than half of it. */
export const figureLineBytesMax = 1_048_576;

/**
 * GET /internal/v1/ledgers/{ledger}/figures, as lines where `Accept` names {@link figureLinesType}. Without, the same in one document:
 * so asks the release before the lines, which an update leaves running beside this one for some seconds.
 */
export const Figures = FiguresHead.extend({
  ranges: z.array(FiguresRange.extend({ buckets: z.array(Bucket) })),
});
export type Figures = z.infer<typeof Figures>;
