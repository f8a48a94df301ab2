import { inTransaction } from '@outlay/service-kit/mongo.ts';
import { Unavailable } from '@outlay/service-kit/problem.ts';
import type { ClientSession, Connection } from 'mongoose';

/** Writes that are worked out, to be done in a transaction; again where it is tried again. */
export interface PreparedWrites {
  write(session: ClientSession): Promise<void>;
}

/** Runs work in one transaction on a ledger. */
export type InLedger = <T>(ledger: string, work: (session: ClientSession) => Promise<T>) => Promise<T>;

/** More writers of one ledger than this are refused at once: the last of them would wait for about a second. */
const waitingMax = 500;

/**
 * Writers of one ledger meet in the document of the month, where MongoDB lets one win and has the others start again. In one
 * process they can take turns instead, which costs nothing; writers in other processes are met by the retries of inTransaction.
 */
export function createLedgerTransactions(connection: Connection): InLedger {
  const queues = new Map<string, { last: Promise<unknown>; waiting: number }>();
  return async (ledger, work) => {
    let queue = queues.get(ledger);
    if (!queue) {
      queue = { last: Promise.resolve(), waiting: 0 };
      queues.set(ledger, queue);
    }
    if (queue.waiting >= waitingMax) throw new Unavailable('Too many writers at once.');
    queue.waiting++;
    const turn = queue.last.then(() => inTransaction(connection, work));
    queue.last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      if (--queue.waiting === 0) queues.delete(ledger);
    }
  };
}
