import type { Expense, ExpenseQuery } from '@outlay/contracts/expense.ts';
import type { Category } from '@outlay/contracts/ledger.ts';
import { type mongo, Types } from 'mongoose';
import { categoryFamily } from '../categories/category-family.ts';
import type { CategoryTrees } from '../categories/category-trees.ts';
import type { LedgerStore } from '../ledgers/ledger-store.ts';
import type { IndexName, StoredExpense } from './expense-document.ts';
import type { ExpenseStore } from './expense-store.ts';
import {
  checkBounds,
  cursorAfter,
  type Filter,
  filtersByIndex,
  type ListFilter,
  sortFields,
  startingAt,
  wholeFilter,
} from './list-filter.ts';
import { readStoredExpense } from './read-stored-expense.ts';
import { searchWords } from './search-words.ts';
import type { Vocabulary } from './vocabulary.ts';

/** A filter that leaves so few is rare: reading them all costs a few ms, even where their index has another order. */
export const rareMax = 2_000;

/** MongoDB merges up to 200 ordered scans of one index; more words than that are matched one expense at a time. */
const completionsMax = 199;

/** Filters whose index gives the order by date, the one that usually leaves fewest first. */
const byDate = ['tag', 'payee', 'words', 'category', 'kind', 'currency', 'date'] as const satisfies IndexName[];

const queryMs = 10_000;

const isOfCategory = ({ category }: ExpenseQuery) => category !== undefined && category !== 'none';

type Categories = readonly Category[];
type Page = { items: Expense[]; next: string | null };

export interface ExpenseListingParts {
  expenses: ExpenseStore;
  ledgers: LedgerStore;
  categoryTrees: CategoryTrees;
  vocabulary: Vocabulary;
}

export type ExpenseListing = ReturnType<typeof createExpenseListing>;

/** Lists of expenses, filtered, sorted and paged, each by an index that fits. */
export function createExpenseListing({ expenses: { model }, ledgers, categoryTrees, vocabulary }: ExpenseListingParts) {
  const collection = model.collection as unknown as mongo.Collection<StoredExpense>;

  /** @throws {ValidationFailed} where the category is none of these */
  async function understand(ledger: string, query: ExpenseQuery, categories: Categories): Promise<ListFilter> {
    checkBounds(query);
    const asked = searchWords(query.q ?? '');
    const family = categoryFamily(categories, query.category);
    const words = await Promise.all(
      asked.map(async (beginning) => ({
        beginning,
        completions: await vocabulary.completions(ledger, beginning, completionsMax),
      })),
    );
    // "?!" names no word, and no expense has it.
    if (query.q !== undefined && asked.length === 0) words.push({ beginning: '', completions: [] });
    return { ledger: new Types.ObjectId(ledger), query, words, categories: family };
  }

  async function categoriesOf(ledger: string, query: ExpenseQuery): Promise<Categories> {
    return isOfCategory(query) ? categoryTrees.of(ledger, await ledgers.categoriesId(ledger)) : [];
  }

  /**
   * Chooses the index. One filter has its own. Of several, or where the order asked for is not the index's, we count, as far
   * as {@link rareMax}, what each leaves: the rarest wins if it is rare; else expenses that match are dense in any order, and
   * the index that gives the order asked for finds a page of them soon. Either way the cost is bounded however large the ledger.
   */
  async function chooseIndex(filter: ListFilter): Promise<IndexName> {
    const filters = filtersByIndex(filter);
    const { date, amount, ...selective } = filters;
    const byAmount = filter.query.sort.endsWith('amount');
    const candidates = Object.keys(selective) as IndexName[];
    if (amount) candidates.push('amount');
    if (date && Object.keys(selective).length === 0) candidates.push('date');
    const inOrder = byAmount ? 'amount' : (byDate.find((name) => candidates.includes(name)) ?? 'date');
    if (candidates.length === 0 || (candidates.length === 1 && candidates[0] === inOrder)) return inOrder;
    const counts = await Promise.all(
      candidates.map(async (name) => ({
        name,
        count: await model
          .countDocuments({ ledger: filter.ledger, ...filters[name], ...(name !== 'amount' && date) })
          .limit(rareMax + 1)
          .hint(name)
          .maxTimeMS(queryMs),
      })),
    );
    const rarest = counts.reduce((best, each) => (each.count < best.count ? each : best));
    return rarest.count <= rareMax ? rarest.name : inOrder;
  }

  /** How the list is read; apart, so that a test can have it explained. */
  async function plan(ledger: string, query: ExpenseQuery, categories?: Categories) {
    const filter = await understand(ledger, query, categories ?? (await categoriesOf(ledger, query)));
    const where: Filter = startingAt(wholeFilter(filter), query);
    return { where, sort: sortFields(query.sort), limit: query.limit + 1, hint: await chooseIndex(filter) };
  }

  async function readPage(ledger: string, query: ExpenseQuery, categories: Categories): Promise<Page> {
    const { where, ...options } = await plan(ledger, query, categories);
    // Whole, for to leave out two fields costs MongoDB more than they do; and in one answer, where it would give 101 and be asked again.
    const inOneGo = { batchSize: options.limit, singleBatch: true, raw: true };
    const found = await collection.find(where, { ...options, ...inOneGo, maxTimeMS: queryMs }).toArray();
    const items = (found.slice(0, query.limit) as unknown as Uint8Array[]).map(readStoredExpense);
    const last = items.at(-1);
    return {
      items,
      next: found.length > query.limit && last ? cursorAfter(query, last) : null,
    };
  }

  return {
    plan,

    /** One page. @throws {ValidationFailed} naming the parameter that is wrong */
    async list(ledger: string, query: ExpenseQuery): Promise<Page> {
      const remembered = isOfCategory(query) ? categoryTrees.remembered(ledger) : undefined;
      // The page is read by the categories that we remember, while we find out whether they are still the same.
      const reading = remembered && readPage(ledger, query, remembered).catch(() => undefined);
      const categories = await categoriesOf(ledger, query);
      const page = categories === remembered ? await reading : undefined;
      return page ?? readPage(ledger, query, categories);
    },
  };
}
