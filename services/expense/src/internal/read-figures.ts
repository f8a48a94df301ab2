import type { Figures, FiguresQuery } from '@outlay/contracts/internal.ts';
import type { ClientSession, Connection } from 'mongoose';
import { categoryFamily } from '../categories/category-family.ts';
import type { CategoryStore } from '../categories/category-store.ts';
import type { RateStore } from '../exchange-rates/rate-store.ts';
import type { ExpenseStore } from '../expenses/expense-store.ts';
import { sumExpenses } from '../expenses/sum-expenses.ts';
import type { LedgerStore } from '../ledgers/ledger-store.ts';
import { LedgerNotFound } from '../problems.ts';
import { type BucketKey, Buckets, rowsOf, Spellings, type SumRow } from '../rollups/figure-buckets.ts';
import {
  type DateRange,
  type Need,
  type Piece,
  piecesOf,
  type RollupPiece,
  rollupsOf,
} from '../rollups/figure-pieces.ts';
import type { Rollup, RollupStore } from '../rollups/rollup-store.ts';

export interface FigureReaderParts {
  connection: Connection;
  ledgerStore: LedgerStore;
  categoryStore: CategoryStore;
  exchangeRates: RateStore;
  expenses: ExpenseStore;
  rollups: RollupStore;
}

export type FiguresQuestion = Omit<FiguresQuery, 'ranges'> & { readonly ranges: readonly DateRange[] };
export type FigureReader = ReturnType<typeof createFigureReader>;

/** Sums of a ledger: out of rollups wherever they tell enough, else out of the expenses, all as of one moment. */
export function createFigureReader({
  connection,
  ledgerStore,
  categoryStore,
  exchangeRates,
  expenses,
  rollups,
}: FigureReaderParts) {
  return async (id: string, question: FiguresQuestion): Promise<Figures> => {
    const split: Omit<BucketKey, 'by'> = {
      categories: question.categories === 'true',
      payees: question.payees === 'true',
      tags: question.tags === 'true',
      currencies: question.currencies === 'each',
    };
    const need: Need = {
      by: question.by,
      categories: split.categories || question.category !== undefined,
      payees: split.payees,
      entries: split.tags || question.tag !== undefined || question.payee !== undefined,
    };
    const { asOf } = question;
    const cut = question.ranges.map(({ from, to }) => ({ from, to: asOf !== undefined && asOf < to ? asOf : to }));
    /** Each range in the currency asked for, and once more by day where the others are wanted too. */
    const plans = cut.map((range) =>
      range.from > range.to
        ? []
        : (split.currencies ? [question.by, 'day' as const] : [question.by]).map((by, index) => ({
            by,
            isForeign: index === 1,
            pieces: piecesOf(range, { ...need, by }),
          })),
    );
    const pieces = plans.flat().flatMap((plan) => plan.pieces);
    const isWholeAnswer = pieces.every(({ unit }) => unit !== 'entries' && unit !== 'payee');
    const session = isWholeAnswer ? undefined : connection.getClient().startSession({ snapshot: true });
    try {
      const [ledger, tree, rates, read] = await Promise.all([
        ledgerStore.find(id),
        need.categories ? categoryStore.list(id) : [],
        split.currencies ? exchangeRates.list(id) : [],
        readRollups(id, pieces, session),
      ]);
      if (!ledger) throw new LedgerNotFound();
      const currency = question.currency ?? ledger.currency;
      const family = categoryFamily(tree, question.category);
      const isWanted = wantedBy(question, family);
      const spellings = new Spellings();
      const ranges = [];
      for (const [index, range] of question.ranges.entries()) {
        const currencies = new Set<string>();
        const buckets = new Buckets(range, spellings);
        if (question.by === 'total' && !Object.values(split).includes(true)) buckets.addNothing();
        for (const { by, isForeign, pieces } of plans[index]!)
          for (const piece of pieces)
            for (const row of await rowsOfPiece(piece, by, isForeign)) {
              currencies.add(row.currency);
              if ((row.currency !== currency) === isForeign) buckets.add(row, { ...split, by });
            }
        ranges.push({ ...range, currencies: [...currencies].sort(), buckets });
      }
      return {
        ledger,
        currency,
        categories: split.categories ? tree : [],
        ...(split.currencies && { rates: rates.map(({ id: _, ...rate }) => rate) }),
        ranges: ranges.map((range) => ({ ...range, buckets: range.buckets.sorted() })),
      };

      /** A piece's rows; a month's payees that do not add up to the month (a ledger older than they are) count for nothing. */
      async function rowsOfPiece(piece: Piece, by: FiguresQuery['by'], isForeign: boolean): Promise<Iterable<SumRow>> {
        if (piece.unit !== 'entries' && (piece.unit !== 'payee' || addUp(piece, read)))
          return [...rowsOf(piece, read)].filter(isWanted);
        const { tag, payee, kind } = question;
        const currencies = split.currencies ? (isForeign ? { except: currency } : { only: currency }) : {};
        const { from, to } = piece;
        return sumExpenses(expenses, session!, id, { from, to, by, ...split, family, tag, payee, kind, ...currencies });
      }
    } finally {
      await session?.endSession();
    }
  };

  async function readRollups(id: string, pieces: readonly Piece[], session: ClientSession | undefined) {
    const kept = pieces.filter((piece): piece is RollupPiece => piece.unit !== 'entries');
    const months = kept.filter(({ unit }) => unit === 'payee').map((piece) => monthsOf(piece));
    const all = [...kept, ...months];
    return rollups.read(id, all.map(rollupsOf), [...new Set(all.map(({ part }) => part))], session);
  }
}

const monthsOf = ({ from, to }: DateRange): RollupPiece => ({ from, to, unit: 'month', part: 'total' });

function addUp(piece: RollupPiece, rollups: readonly Rollup[]): boolean {
  const rest = new Map<string, number>();
  const add = ({ date, currency, kind, sum, count }: SumRow, sign: number) => {
    for (const [what, value] of [
      ['sum', sum],
      ['count', count],
    ] as const) {
      const key = `${date} ${currency} ${kind} ${what}`;
      rest.set(key, (rest.get(key) ?? 0) + sign * value);
    }
  };
  for (const row of rowsOf(piece, rollups)) add(row, 1);
  for (const row of rowsOf(monthsOf(piece), rollups)) add(row, -1);
  return [...rest.values()].every((value) => value === 0);
}

/** Filters on what rollups tell apart; entries are filtered where they are read. */
function wantedBy({ kind }: FiguresQuestion, family: readonly (string | null)[] | undefined) {
  const categories = family && new Set(family);
  return (row: SumRow) => (kind === undefined || row.kind === kind) && (!categories || categories.has(row.category));
}
