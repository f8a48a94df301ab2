import type { ClientSession } from 'mongoose';
import type { Progress } from './import-documents.ts';
import { type Held, type ImportChanges, type ImportStore, leaseMs } from './import-store.ts';

/** Another worker has the import by now, or a person cancelled it: whatever was under way is theirs. */
export class LeaseLost extends Error {}

/** A sign of life reaches the database well before the lease ends, one that gets lost included. */
const signOfLifeMs = leaseMs / 3;

export interface Lease {
  /** Aborted where the work must stop: the lease is lost, or this process ends. */
  readonly signal: AbortSignal;
  /** What `share` of the work done says of its end. */
  progress(done: number, share: number): Progress;
  /** Notes how far the work is, with a chunk's session in its transaction. @throws {LeaseLost} */
  note(changes: ImportChanges, session?: ClientSession): Promise<void>;
  /** The work is done. @throws {LeaseLost} */
  end(changes: ImportChanges): Promise<void>;
}

/**
 * The right to work on an import, kept alive until it is closed. It bounds who works, it does not decide what is true: each
 * write of the work is bound to it in the database, so that a worker that lost it without knowing changes nothing.
 * @param stop aborted when this process ends
 * @param onNote after each change, once it is durable or about to be
 */
export function openLease(
  store: ImportStore,
  held: Held,
  stop: AbortSignal,
  onNote: () => void,
): Lease & { close(): void } {
  const lost = new AbortController();
  const signal = AbortSignal.any([stop, lost.signal]);
  const before = held.record.progress;
  const startedAt = before?.startedAt ?? new Date();
  const takenAt = Date.now();
  let seenAt = takenAt;

  const check = (isHeld: boolean) => {
    if (!isHeld) lost.abort(new LeaseLost(`import ${held.record.id} is no longer ours`));
    lost.signal.throwIfAborted();
    seenAt = Date.now();
  };
  const timer = setInterval(() => {
    // Work that comes on says so itself.
    if (Date.now() - seenAt < signOfLifeMs) return;
    store
      .keep(held)
      .then(check)
      .catch(() => undefined); // lost: the signal says so; no database: the next turn tries again
  }, signOfLifeMs);

  return {
    signal,

    progress(done, share) {
      const already = before?.share ?? 0;
      const perMs = (share - already) / (Date.now() - takenAt);
      const estimatedEnd = perMs > 0 ? new Date(Date.now() + (1 - share) / perMs) : null;
      return { done, share, startedAt, estimatedEnd };
    },

    async note(changes, session) {
      signal.throwIfAborted();
      // What only catches up with another worker is no step: a file that always ends its reader is given up at last.
      const isStep = (changes.progress?.share ?? 0) > (before?.share ?? 0);
      check(await store.note(held, changes, isStep, session));
      onNote();
    },

    async end(changes) {
      check(await store.end(held, changes));
      onNote();
    },

    close: () => clearInterval(timer),
  };
}
