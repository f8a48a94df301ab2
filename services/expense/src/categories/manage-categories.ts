import type { Category, CategoryPatch, NewCategory } from '@outlay/contracts/ledger.ts';
import { isDuplicateKey } from '@outlay/service-kit/mongo.ts';
import { Unavailable, ValidationFailed } from '@outlay/service-kit/problem.ts';
import type { ClientSession } from 'mongoose';
import type { Bookkeeping } from '../expenses/bookkeeping.ts';
import type { InLedger } from '../ledger-transactions.ts';
import type { LedgerStore } from '../ledgers/ledger-store.ts';
import {
  CategoryHasChildren,
  CategoryInUse,
  CategoryNameTaken,
  CategoryNotFound,
  CategoryTooDeep,
  TooManyCategories,
} from '../problems.ts';
import { type CategoryStore, toCategory, toStoredCategory } from './category-store.ts';

/** One answer of the internal API holds them all, and one filter by a parent looks through its children. */
export const categoriesMax = 200;

/** Moving many expenses takes longer than a client waits; then it asks again and we go on. */
const movingMs = 8_000;

export type ManageCategories = ReturnType<typeof createManageCategories>;

/** The rules of categories: two levels, names unique among siblings, nothing filed under what is gone. */
export function createManageCategories({
  ledgers,
  categories,
  bookkeeping,
  inLedger,
}: {
  ledgers: LedgerStore;
  categories: CategoryStore;
  bookkeeping: Bookkeeping;
  inLedger: InLedger;
}) {
  /** Holds the parent, so that it cannot be deleted or put under another meanwhile. */
  async function checkParent(session: ClientSession, ledger: string, all: readonly Category[], parent: string) {
    const found = all.find(({ id }) => id === parent);
    if (!found) throw invalidParent('is no category of this ledger');
    if (found.parent !== null) throw new CategoryTooDeep('is itself a category under another');
    await categories.hold(session, ledger, parent);
  }

  return {
    list: (ledger: string): Promise<Category[]> => categories.list(ledger),

    /** @throws {CategoryNameTaken | CategoryTooDeep | TooManyCategories | ValidationFailed} */
    async create(ledger: string, category: NewCategory): Promise<Category> {
      return takingName(() =>
        inLedger(ledger, async (session) => {
          const all = await categories.list(ledger, session);
          if (all.length >= categoriesMax) throw new TooManyCategories(categoriesMax);
          if (category.parent !== null) await checkParent(session, ledger, all, category.parent);
          const stored = toStoredCategory(ledger, category, all.length);
          await categories.insert(session, [stored]);
          await ledgers.changeCategoriesId(session, ledger);
          return toCategory(stored);
        }),
      );
    },

    /** @throws {CategoryNotFound | CategoryNameTaken | CategoryTooDeep | ValidationFailed} */
    async change(ledger: string, id: string, patch: CategoryPatch): Promise<Category> {
      return takingName(() =>
        inLedger(ledger, async (session) => {
          const all = await categories.list(ledger, session);
          const category = all.find((each) => each.id === id);
          if (!category) throw new CategoryNotFound();
          if (patch.parent != null && patch.parent !== category.parent) {
            if (patch.parent === id) throw invalidParent('is the category itself');
            await checkParent(session, ledger, all, patch.parent);
            if (all.some(({ parent }) => parent === id)) throw new CategoryTooDeep('must be null: it holds categories');
          }
          await categories.update(session, id, patch);
          await ledgers.changeCategoriesId(session, ledger);
          return { ...category, ...patch } as Category;
        }),
      );
    },

    /**
     * Deletes a category; its expenses are moved before, batch by batch. A deletion that breaks off has moved some of them
     * and goes on when it is asked for again.
     * @param moveTo id of a category, null for none; undefined: only an unused category is deleted
     * @throws {CategoryNotFound | CategoryHasChildren | CategoryInUse | ValidationFailed | Unavailable}
     */
    async remove(ledger: string, id: string, moveTo: string | null | undefined): Promise<void> {
      const giveUpAt = Date.now() + movingMs;
      for (;;) {
        const done = await inLedger(ledger, async (session) => {
          const all = await categories.list(ledger, session);
          if (!all.some((each) => each.id === id)) throw new CategoryNotFound();
          if (all.some(({ parent }) => parent === id)) throw new CategoryHasChildren();
          if (moveTo === id) throw invalidMoveTo('is the category that is to be deleted');
          if (moveTo && !all.some((each) => each.id === moveTo)) throw invalidMoveTo('is no category of this ledger');
          if (moveTo === undefined) {
            if (await bookkeeping.isInUse(session, ledger, id)) throw new CategoryInUse();
          } else if ((await bookkeeping.refile(session, ledger, id, moveTo)) > 0) return false;
          await categories.remove(session, id);
          await ledgers.changeCategoriesId(session, ledger);
          return true;
        });
        if (done) return;
        if (Date.now() > giveUpAt)
          throw new Unavailable('Many expenses stand under this category. Some are moved; ask again to go on.');
      }
    },
  };
}

const invalidParent = (detail: string) =>
  new ValidationFailed('Wrong: #/parent.', { errors: [{ pointer: '#/parent', detail }] });
const invalidMoveTo = (detail: string) =>
  new ValidationFailed('Wrong: moveTo.', { errors: [{ parameter: 'moveTo', detail }] });

/** The unique index knows better than a look before whether a name is taken. */
async function takingName<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isDuplicateKey(error)) throw new CategoryNameTaken({ cause: error });
    throw error;
  }
}
