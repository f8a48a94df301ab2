import { type Cell, emptyCell } from '@outlay/contracts/internal.ts';
import type { ClientSession, Connection } from 'mongoose';
import { categoryFamily } from '../categories/category-family.ts';
import type { CategoryTrees } from '../categories/category-trees.ts';
import type { RateStore } from '../exchange-rates/rate-store.ts';
import type { ExpenseStore } from '../expenses/expense-store.ts';
import { findDoubles } from '../expenses/find-doubles.ts';
import { sumExpenses } from '../expenses/sum-expenses.ts';
import type { LedgerStore } from '../ledgers/ledger-store.ts';
import { LedgerNotFound } from '../problems.ts';
import { BucketRoom, Buckets, countOf, kindOf, rowsOf, Spellings, type SumRow } from '../rollups/figure-buckets.ts';
import { type DateRange, type Piece, type RollupPiece, rollupsOf } from '../rollups/figure-pieces.ts';
import type { Rollup, RollupStore } from '../rollups/rollup-store.ts';
import { FigureAnswer } from './figure-answer.ts';
import { type FiguresQuestion, planFigures, type RangePlan, viewsOf } from './plan-figures.ts';

export interface FigureReaderParts {
  connection: Connection;
  ledgerStore: LedgerStore;
  categoryTrees: CategoryTrees;
  exchangeRates: RateStore;
  expenses: ExpenseStore;
  rollups: RollupStore;
}

export type FigureReader = ReturnType<typeof createFigureReader>;

/** Sums of a ledger: out of rollups wherever they tell enough, else out of the expenses, all as of one moment. */
export function createFigureReader({
  connection,
  ledgerStore,
  categoryTrees,
  exchangeRates,
  expenses,
  rollups,
}: FigureReaderParts) {
  return (id: string, question: FiguresQuestion): Promise<FigureAnswer> => readFigures(id, question, true);

  async function readFigures(id: string, question: FiguresQuestion, years: boolean): Promise<FigureAnswer> {
    const plans = planFigures(question, years);
    const pieces = plans.flat().flatMap((plan) => plan.pieces);
    const isTold = viewsOf(question).some((view) => view.categories);
    const isEach = question.currencies === 'each';
    const isOneQuery =
      question.doublesFrom === undefined && pieces.every(({ unit }) => unit !== 'payee' && unit !== 'entries');
    const room = new BucketRoom();
    const session = isOneQuery ? undefined : connection.getClient().startSession({ snapshot: true });
    try {
      const [found, rates, read] = await Promise.all([
        ledgerStore.read(id),
        isEach ? exchangeRates.list(id) : [],
        readRollups(id, pieces, session),
      ]);
      if (!found) throw new LedgerNotFound();
      const { ledger, categoriesId } = found;
      // Almost every ledger has them, so that we need not know before.
      if (!found.hasYears && pieces.some(({ unit }) => unit === 'year')) return readFigures(id, question, false);
      const tree = isTold || question.category !== undefined ? await categoryTrees.of(id, categoriesId) : [];
      const currency = question.currency ?? ledger.currency;
      const family = categoryFamily(tree, question.category);
      const isWanted = wantedBy(question, family);
      const spellings = new Spellings();
      const { tag, payee, kind } = question;

      /** Adds a piece's rows; a month's payees that do not add up to the month (a ledger older than they are) count for nothing. */
      const addPiece = async ({ key, isForeign }: RangePlan, piece: Piece, add: (row: SumRow) => void) => {
        if (piece.unit !== 'entries' && (piece.unit !== 'payee' || addUp(piece, read))) {
          const isCounted = (each: string) => (each !== currency) === isForeign;
          for (const row of rowsOf(piece, read, { by: key.by, isCounted, isWanted })) add(row);
          return;
        }
        const currencies = isEach ? (isForeign ? { except: currency } : { only: currency }) : {};
        const { from, to } = piece;
        const entries = { ...key, from, to, family, tag, payee, kind, ...currencies };
        for await (const rows of sumExpenses(expenses, session!, id, entries)) rows.forEach(add);
      };

      const ranges: { from: string; to: string; currencies: string[] }[] = [];
      const told: Buckets[] = [];
      for (const [index, range] of question.ranges.entries()) {
        const currencies = new Set<string>();
        const buckets = new Buckets(range, spellings, room);
        if (isOneSum(question)) buckets.addNothing();
        for (const plan of plans[index]!)
          for (const piece of plan.pieces)
            await addPiece(plan, piece, (row) => {
              currencies.add(row.currency);
              if ((row.currency !== currency) === plan.isForeign) buckets.add(row, plan.key);
            });
        ranges.push({ ...range, currencies: [...currencies].sort() });
        told.push(buckets);
      }
      const doubles = question.doublesFrom !== undefined && {
        doubles: await findDoubles(expenses, session!, id, {
          from: question.doublesFrom,
          to: plans
            .flat()
            .reduce((last, plan) => plan.pieces.reduce((to, piece) => (piece.to > to ? piece.to : to), last), ''),
          family,
          tag,
          payee,
          kind,
          ...(!isEach && { only: currency }),
        }),
      };
      const head = {
        ledger,
        currency,
        categories: isTold ? [...tree] : [],
        ...(isEach && { rates: rates.map(({ id: _, ...rate }) => rate) }),
        ...doubles,
        ranges,
      };
      return new FigureAnswer(head, told, room);
    } catch (error) {
      room.release();
      throw error;
    } finally {
      await session?.endSession();
    }
  }

  async function readRollups(id: string, pieces: readonly Piece[], session: ClientSession | undefined) {
    const kept = pieces.filter((piece): piece is RollupPiece => piece.unit !== 'entries');
    const months = kept.filter(({ unit }) => unit === 'payee').map(monthsOf);
    const all = [...kept, ...months];
    return rollups.read(id, all.map(rollupsOf), [...new Set(all.map(({ part }) => part))], session);
  }
}

const isOneSum = ({ by, categories, payees, tags, currencies }: FiguresQuestion): boolean =>
  by === 'total' && currencies === 'one' && [categories, payees, tags].every((split) => split === 'false');

const monthsOf = ({ from, to }: DateRange): RollupPiece => ({ from, to, unit: 'month', part: 'total' });

/** Whether the payees of each month come to what the month does, in each currency. */
function addUp(piece: RollupPiece, rollups: readonly Rollup[]): boolean {
  const rest = new Map<string, Cell>();
  const add = (of: RollupPiece, sign: 1 | -1) => {
    const { unit, from, to } = rollupsOf(of);
    for (const rollup of rollups) {
      if (rollup.unit !== unit || rollup.period < from || rollup.period > to) continue;
      const place = `${rollup.period} ${rollup.currency}`;
      const cell = rest.get(place) ?? emptyCell();
      rest.set(place, cell);
      for (const { key, sum, count } of rollup.cells(of.part)) {
        const kind = kindOf(key);
        cell[kind] += sign * sum;
        cell[countOf[kind]] += sign * count;
      }
    }
  };
  add(piece, 1);
  add(monthsOf(piece), -1);
  return [...rest.values()].every((cell) => Object.values(cell).every((value) => value === 0));
}

/** Filters on what rollups tell apart; entries are filtered where they are read. */
function wantedBy({ kind }: FiguresQuestion, family: readonly (string | null)[] | undefined) {
  const categories = family && new Set(family);
  return (row: SumRow) => (kind === undefined || row.kind === kind) && (!categories || categories.has(row.category));
}
