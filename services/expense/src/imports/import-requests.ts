import type { ImportCommit, ImportUndo } from '@outlay/contracts/import.ts';
import type { Ledger } from '@outlay/contracts/ledger.ts';
import { currentTraceparent } from '@outlay/service-kit/trace.ts';
import { checkChoice, choiceKey } from './check-choice.ts';
import type { ChunkStore } from './chunk-store.ts';
import type { ExpenseBook } from './expense-book.ts';
import { type ImportRecord, noCounts } from './import-documents.ts';
import type { ImportMetrics } from './import-metrics.ts';
import type { ImportStore } from './import-store.ts';
import {
  ChoiceDiffers,
  ImportCommitted,
  ImportEntriesChanged,
  ImportNotFound,
  ImportNotReady,
  TooManyImports,
} from './problems.ts';
import type { Upload } from './read-upload.ts';
import { countChanged } from './undo-import.ts';
import type { UploadStore } from './upload-store.ts';

/** Uncommitted imports, and their files and rows, are forgotten after a day. */
const keptMs = 24 * 3_600_000;
/** Files of one ledger that wait to be read: each holds up to 20 MiB of the database. */
const unreadMax = 10;

export interface RequestParts {
  store: ImportStore;
  chunks: ChunkStore;
  uploads: UploadStore;
  book: ExpenseBook;
  metrics: ImportMetrics;
  /** There is work now. */
  wake(): void;
  changed(id: string): void;
  now: () => Date;
}

export type ImportRequests = ReturnType<typeof createImportRequests>;

/** What a person asks for. Each moves an import to another status; the work behind that is the worker's. */
export function createImportRequests({ store, chunks, uploads, book, metrics, wake, changed, now }: RequestParts) {
  const work = () => ({ traceparent: currentTraceparent() });

  async function forget(id: string): Promise<void> {
    changed(id);
    await uploads.delete(id);
    await chunks.delete(id);
  }

  /** The import as it is now, where it did not have the status that it should have. @throws {ImportNotFound} */
  async function again({ ledger, id }: ImportRecord): Promise<ImportRecord> {
    const found = await store.find(ledger, id);
    if (!found) throw new ImportNotFound(id);
    return found;
  }

  return {
    /** Before a file is taken in. @throws {TooManyImports} */
    async admit(ledger: Ledger): Promise<void> {
      const unread = await store.withStatus(ledger.id, ['received', 'reading']);
      if (unread.length >= unreadMax) throw new TooManyImports(unreadMax);
    },

    /** Keeps a file as it arrives, to be read. @throws whatever the upload rejects with */
    async receive(ledger: Ledger, upload: Upload): Promise<ImportRecord> {
      const id = store.newId();
      const createdAt = now();
      const expiresAt = new Date(createdAt.getTime() + keptMs);
      try {
        const bytes = await uploads.receive(id, upload.bytes, expiresAt);
        const record: ImportRecord = {
          id,
          ledger: ledger.id,
          status: 'received',
          fileName: upload.fileName,
          bytes,
          asked: { currency: upload.currency ?? null, mapping: upload.mapping ?? null },
          format: null,
          encoding: null,
          mapping: null,
          mappingKey: null,
          columns: null,
          counts: noCounts(),
          choice: null,
          choiceKey: null,
          undo: null,
          undone: null,
          progress: null,
          failure: null,
          revision: 0,
          createdAt,
          expiresAt,
        };
        await store.add(record, currentTraceparent());
        wake();
        return record;
      } catch (error) {
        // Where even this fails, the pieces expire.
        await uploads.delete(id).catch(() => undefined);
        throw error;
      }
    },

    /** @throws {ValidationFailed | ChoiceDiffers | ImportNotReady} */
    async commit(found: ImportRecord, choice: ImportCommit): Promise<ImportRecord> {
      const key = choiceKey(choice);
      if (found.status === 'preview') {
        await checkChoice({ chunks, book }, found, choice);
        const changes = { status: 'committing', choice, choiceKey: key, progress: null, expiresAt: null } as const;
        const begun = await store.move(found.ledger, found.id, ['preview'], changes, work());
        if (begun) {
          wake();
          return begun;
        }
      }
      const now = await again(found);
      if (now.status !== 'committing' && now.status !== 'committed') throw new ImportNotReady(now, 'preview');
      if (now.choiceKey !== key) throw new ChoiceDiffers(now.id);
      return now;
    },

    /** @throws {ImportNotReady} where there is nothing (any more) to be cancelled */
    async cancel(found: ImportRecord): Promise<ImportRecord> {
      const { ledger, id } = found;
      const cancelled = await store.move(ledger, id, ['received', 'reading', 'preview'], {
        status: 'cancelled',
        progress: null,
      });
      if (cancelled) {
        metrics.imports.inc({ outcome: 'cancelled' });
        await forget(id);
        return cancelled;
      }
      const undo = { changed: 'remove', endsAs: 'cancelled' } as const;
      const stopped = await store.move(ledger, id, ['committing'], { status: 'undoing', undo, progress: null }, work());
      if (stopped) {
        wake();
        changed(id);
        return stopped;
      }
      const now = await again(found);
      if (now.status === 'cancelled' || (now.status === 'undoing' && now.undo?.endsAs === 'cancelled')) return now;
      throw new ImportNotReady(now, 'received, reading, preview or committing');
    },

    /** @throws {ImportEntriesChanged | ImportNotReady} */
    async undo(found: ImportRecord, { changed: asked }: ImportUndo): Promise<ImportRecord> {
      if (found.status === 'committed' && asked === undefined) {
        const count = await countChanged({ chunks, book }, found);
        if (count > 0) throw new ImportEntriesChanged(count);
      }
      const undo = { changed: asked ?? 'keep', endsAs: 'undone' } as const;
      const begun = await store.move(found.ledger, found.id, ['committed'], { status: 'undoing', undo }, work());
      if (begun) {
        wake();
        return begun;
      }
      const now = await again(found);
      if (now.status === 'undone' || (now.status === 'undoing' && now.undo?.endsAs === 'undone')) return now;
      throw new ImportNotReady(now, 'committed');
    },

    /** @throws {ImportCommitted} where its expenses are in the ledger */
    async discard({ ledger, id }: ImportRecord): Promise<void> {
      const statuses = ['received', 'reading', 'preview', 'cancelled', 'failed', 'undone'] as const;
      if (!(await store.delete(ledger, id, statuses))) throw new ImportCommitted(id);
      metrics.imports.inc({ outcome: 'discarded' });
      await forget(id);
    },
  };
}
