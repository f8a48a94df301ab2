import type { Ledger, NewLedger } from '@outlay/contracts/ledger.ts';
import { inTransaction, isDuplicateKey } from '@outlay/service-kit/mongo.ts';
import { annotate } from '@outlay/service-kit/trace.ts';
import { LRUCache } from 'lru-cache';
import type { Connection } from 'mongoose';
import type { CategoryStore } from '../categories/category-store.ts';
import { LedgerNotFound, TooManyLedgers } from '../problems.ts';
import { firstCategories } from './first-categories.ts';
import { type LedgerStore, toStoredLedger } from './ledger-store.ts';

export const ledgersMax = 100;

/** Where a person starts; name, currency and time zone are theirs to change. */
const firstLedger: NewLedger = { name: 'Personal', currency: 'EUR', timeZone: 'UTC' };

export interface Ledgers {
  /**
   * Resolves the ledger of a path for the user who asks: the one way for every route to get at a ledger.
   * @param ref an id, or `default` for the user's first ledger, which is made on first use
   * @returns its id
   * @throws {LedgerNotFound} also where it is somebody else's
   */
  open(user: { id: string }, ref: string): Promise<string>;
  /** Makes a ledger with the first categories. @throws {TooManyLedgers} */
  create(user: { id: string }, ledger: NewLedger): Promise<Ledger>;
}

export interface LedgersParts {
  connection: Connection;
  ledgers: LedgerStore;
  categories: CategoryStore;
  now: () => Date;
}

export function createLedgers({ connection, ledgers, categories, now }: LedgersParts): Ledgers {
  // Whose a ledger is and which is the default never changes, so what was found once stays true.
  const opened = new LRUCache<string, string>({ max: 10_000 });

  const write = (user: string, ledger: NewLedger, isDefault: boolean): Promise<Ledger> =>
    inTransaction(connection, async (session) => {
      if ((await ledgers.count(session, user)) >= ledgersMax) throw new TooManyLedgers(ledgersMax);
      const made = await ledgers.insert(session, toStoredLedger(user, ledger, isDefault, now()));
      await categories.insert(session, firstCategories(made.id));
      return made;
    });

  /** Of two first requests at the same time, one makes the ledger and the other finds it. */
  async function findOrMakeDefault(user: string): Promise<string | null> {
    const found = await ledgers.findDefault(user);
    if (found) return found;
    try {
      return (await write(user, firstLedger, true)).id;
    } catch (error) {
      if (isDuplicateKey(error)) return ledgers.findDefault(user);
      throw error;
    }
  }

  return {
    async open(user, ref) {
      const key = `${user.id} ${ref}`;
      let id: string | null | undefined = opened.get(key);
      if (id === undefined) {
        if (ref === 'default') id = await findOrMakeDefault(user.id);
        else id = (await ledgers.isOwnedBy(ref, user.id)) ? ref : null;
        if (id === null) throw new LedgerNotFound();
        opened.set(key, id);
      }
      annotate({ 'outlay.ledger': id });
      return id;
    },

    create: (user, ledger) => write(user.id, ledger, false),
  };
}
