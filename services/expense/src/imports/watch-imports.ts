import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { isBeingWorkedOn } from '@outlay/contracts/import-status.ts';
import type { ImportRecord } from './import-documents.ts';
import type { ImportStore } from './import-store.ts';

/** Work in another process is seen so late at most; a look is one find by id. */
const pollMs = 500;

export interface ImportWatch {
  /** Tells those who follow an import here that it changed. */
  changed(id: string): void;
  /**
   * The import at once and after each change, until no work is under way, it is gone, or the signal or this process ends
   * it. States in between may be left out, the last one is not.
   */
  follow(ledger: string, id: string, signal: AbortSignal): AsyncGenerator<ImportRecord>;
  /** The import when no work is under way any more, or after this time as it is by then; undefined where it is gone. */
  settled(ledger: string, id: string, waitMs: number): Promise<ImportRecord | undefined>;
  /** Ends all that follow. */
  close(): void;
}

/** Follows imports, whichever process works on them: the database is asked, and a bell rings for work in this process. */
export function createImportWatch(store: ImportStore): ImportWatch {
  const bells = new EventEmitter().setMaxListeners(0);
  const closing = new AbortController();

  async function* follow(ledger: string, id: string, signal: AbortSignal): AsyncGenerator<ImportRecord> {
    const end = AbortSignal.any([signal, closing.signal]);
    let seen = -1;
    for (;;) {
      const rings = Promise.withResolvers<void>();
      const turn = new AbortController();
      // Before the look, so that no change falls between.
      bells.once(id, rings.resolve);
      try {
        const record = await store.find(ledger, id);
        if (record && record.revision !== seen) yield record;
        if (!record || !isBeingWorkedOn(record.status) || end.aborted) return;
        seen = record.revision;
        const signal = AbortSignal.any([end, turn.signal]);
        await Promise.race([rings.promise, pause(pollMs, undefined, { signal }).catch(() => undefined)]);
      } finally {
        bells.off(id, rings.resolve);
        turn.abort();
      }
    }
  }

  return {
    changed: (id) => void bells.emit(id),
    follow,
    async settled(ledger, id, waitMs) {
      if (waitMs > 0) for await (const _ of follow(ledger, id, AbortSignal.timeout(waitMs)));
      return store.find(ledger, id);
    },
    close: () => closing.abort(),
  };
}
