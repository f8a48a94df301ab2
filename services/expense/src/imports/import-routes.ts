import { Id } from '@outlay/contracts/common.ts';
import {
  Import,
  ImportCommit,
  ImportListQuery,
  ImportPage,
  ImportQuery,
  ImportResult,
  ImportRowsQuery,
  ImportSummary,
  ImportUndo,
} from '@outlay/contracts/import.ts';
import { isBeingWorkedOn } from '@outlay/contracts/import-status.ts';
import { type Ledger, LedgerRef } from '@outlay/contracts/ledger.ts';
import { decodeCursor, encodeCursor } from '@outlay/service-kit/cursor.ts';
import { Problem } from '@outlay/service-kit/problem.ts';
import { type AuthenticatedUser, type Route, reply, route } from '@outlay/service-kit/route.ts';
import { annotate } from '@outlay/service-kit/trace.ts';
import { z } from 'zod';
import { LedgerNotFound } from '../problems.ts';
import type { ChunkStore } from './chunk-store.ts';
import { chunkRows, type ImportRecord, type StoredRow } from './import-documents.ts';
import type { EventStreams } from './import-events.ts';
import type { ImportMetrics } from './import-metrics.ts';
import type { ImportRequests } from './import-requests.ts';
import type { ImportStore } from './import-store.ts';
import { preferredWaitMs } from './prefer-wait.ts';
import { presentImport, presentResult, presentSummary } from './present-import.ts';
import {
  ChoiceDiffers,
  ImportCommitted,
  ImportEntriesChanged,
  ImportNotFound,
  ImportNotReady,
  StatementUnreadable,
  TooManyImports,
} from './problems.ts';
import { readUpload } from './read-upload.ts';
import type { ImportWatch } from './watch-imports.ts';

/** 100,000 bookings of camt.053 are larger; people split by year long before. */
const uploadBytesMax = 20 * 1024 * 1024;
/** A choice of 100,000 rows by number, with as many categories as a person sets. */
const commitBytesMax = 2 * 1024 * 1024;

export interface ImportRouteParts {
  store: ImportStore;
  chunks: ChunkStore;
  requests: ImportRequests;
  watch: ImportWatch;
  events: EventStreams;
  metrics: ImportMetrics;
  findLedger(user: AuthenticatedUser, ref: z.infer<typeof LedgerRef>): Promise<Ledger>;
}

const ledgerParams = z.strictObject({ ledger: LedgerRef });
const importParams = z.strictObject({ ledger: LedgerRef, id: Id });
const path = '/api/v1/ledgers/{ledger}/imports';
const tag = 'Imports';
const headers = {
  Prefer:
    '`wait=N`: answer when the work is done, after N seconds at most (30; default: 10); `respond-async`: answer at once',
};

export function importRoutes({
  store,
  chunks,
  requests,
  watch,
  events,
  metrics,
  findLedger,
}: ImportRouteParts): Route[] {
  async function findImport(ledger: Ledger, id: string): Promise<ImportRecord> {
    annotate({ 'outlay.ledger': ledger.id, 'outlay.import': id });
    const found = await store.find(ledger.id, id);
    if (!found) throw new ImportNotFound(id);
    return found;
  }

  async function findRows(record: ImportRecord, fromRow: number, limit: number): Promise<StoredRow[]> {
    const rows: StoredRow[] = [];
    // What is being read changes until all of it is compared; what is taken back has gone.
    if (limit === 0 || record.status === 'received' || record.status === 'reading') return rows;
    const end = Math.min(fromRow + limit, record.counts.total);
    for (let first = fromRow - (fromRow % chunkRows); first < end; first += chunkRows)
      rows.push(...((await chunks.find(record.id, first))?.rows ?? []));
    return rows.filter(({ row }) => row >= fromRow && row < end);
  }

  /** 202 and where to look: the work goes on. */
  const accepted = (record: ImportRecord) =>
    reply(202, presentSummary(record), { location: `/api/v1/ledgers/${record.ledger}/imports/${record.id}` });

  /** Waits for the work as the client wishes. @throws {ImportNotFound} where it is gone meanwhile */
  async function settled({ ledger, id }: ImportRecord, prefer: string): Promise<ImportRecord> {
    const record = await watch.settled(ledger, id, preferredWaitMs(prefer));
    if (!record) throw new ImportNotFound(id);
    return record;
  }

  return [
    route({
      method: 'post',
      path,
      summary: 'Preview a bank’s file',
      description:
        'The file is the body, or the one file of a multipart form (its fields `currency` and `mapping` before it). OFX, QIF, CSV, MT940 and camt.053 are told apart by content. Nothing is written to the ledger until the import is committed. A file that takes longer than the client waits answers 202: follow it by its events, or read it again.',
      tag,
      params: ledgerParams,
      query: ImportQuery,
      headers,
      rawBody: ['application/octet-stream', 'text/csv', 'application/x-ofx', 'application/xml', 'multipart/form-data'],
      bodyBytesMax: uploadBytesMax,
      success: { 201: Import, 202: ImportSummary },
      problems: [LedgerNotFound, StatementUnreadable, TooManyImports],
      async handle({ params, query, user, ctx }) {
        try {
          const ledger = await findLedger(user, params.ledger);
          await requests.admit(ledger);
          // At once: a form's file that nobody listens to would throw its error at the process.
          const received = await requests.receive(ledger, await readUpload(ctx.req, query, uploadBytesMax));
          annotate({ 'outlay.ledger': ledger.id, 'outlay.import': received.id });
          const record = await settled(received, ctx.get('prefer'));
          if (isBeingWorkedOn(record.status)) return accepted(record);
          if (record.status === 'failed') {
            // Its sender knows by this answer; nothing of it is left behind.
            await store.delete(ledger.id, record.id, ['failed']);
            throw new StatementUnreadable(record.failure ?? '');
          }
          const location = `/api/v1/ledgers/${ledger.id}/imports/${record.id}`;
          return reply(201, presentImport(record, await findRows(record, 0, chunkRows)), { location });
        } catch (error) {
          if (error instanceof Problem && !(error instanceof StatementUnreadable))
            metrics.imports.inc({ outcome: 'refused' });
          throw error;
        } finally {
          // What its sender still sends although the answer stands is dropped, so that it gets to reading the answer.
          ctx.req.resume();
        }
      },
    }),

    route({
      method: 'get',
      path,
      summary: 'List imports',
      description: 'Latest first: committed ones, and previews that have not expired.',
      tag,
      params: ledgerParams,
      query: ImportListQuery,
      success: { 200: ImportPage },
      problems: [LedgerNotFound],
      async handle({ params, query, user }) {
        const ledger = await findLedger(user, params.ledger);
        const before = query.cursor === undefined ? undefined : decodeCursor(Id, query.cursor);
        const found = await store.list(ledger.id, query.limit + 1, before);
        const items = found.slice(0, query.limit);
        const next = found.length > query.limit ? encodeCursor(items.at(-1)!.id) : null;
        return reply(200, { items: items.map(presentSummary), next });
      },
    }),

    route({
      method: 'get',
      path: `${path}/{id}`,
      summary: 'Read an import and its rows',
      tag,
      params: importParams,
      query: ImportRowsQuery,
      success: { 200: Import },
      problems: [LedgerNotFound, ImportNotFound],
      async handle({ params, query, user }) {
        const ledger = await findLedger(user, params.ledger);
        const record = await findImport(ledger, params.id);
        return reply(200, presentImport(record, await findRows(record, query.fromRow, query.limit)));
      },
    }),

    route({
      method: 'get',
      path: `${path}/{id}/events`,
      summary: 'Follow an import',
      description:
        'Server-sent events: `progress` with the import’s state after each change, and `settled` when no work is under way, with which the stream ends. The id of an event is the import’s revision; with `Last-Event-ID` only what is newer comes, and 204 where that was the end.',
      tag,
      params: importParams,
      headers: { 'Last-Event-ID': 'Id of the last event that was seen' },
      answersAs: 'text/event-stream',
      success: { 200: ImportSummary, 204: null },
      problems: [LedgerNotFound, ImportNotFound],
      async handle({ params, user, ctx }) {
        const record = await findImport(await findLedger(user, params.ledger), params.id);
        const stream = events.open(record, user.id, ctx.get('last-event-id'));
        if (!stream) return reply(204);
        return reply(200, stream, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
      },
    }),

    route({
      method: 'post',
      path: `${path}/{id}/commit`,
      summary: 'Commit an import',
      description:
        'Writes every new row, or the chosen ones, as expenses. May be repeated: the same choice gets the same answer, another one a 409. Rows that have become duplicates since the preview are skipped. Work that takes longer than the client waits answers 202 and goes on.',
      tag,
      params: importParams,
      headers,
      body: ImportCommit,
      bodyBytesMax: commitBytesMax,
      success: { 200: ImportResult, 202: ImportSummary },
      problems: [LedgerNotFound, ImportNotFound, ImportNotReady, ChoiceDiffers],
      async handle({ params, body, user, ctx }) {
        const found = await findImport(await findLedger(user, params.ledger), params.id);
        const record = await settled(await requests.commit(found, body), ctx.get('prefer'));
        if (record.status === 'committed') return reply(200, presentResult(record));
        if (isBeingWorkedOn(record.status)) return accepted(record);
        throw new ImportNotReady(record, 'preview');
      },
    }),

    route({
      method: 'post',
      path: `${path}/{id}/cancel`,
      summary: 'Cancel an import',
      description:
        'Stops the work that is under way. What a commit has written so far is taken back, with its sums. A preview is forgotten.',
      tag,
      params: importParams,
      headers,
      success: { 200: ImportSummary, 202: ImportSummary },
      problems: [LedgerNotFound, ImportNotFound, ImportNotReady],
      async handle({ params, user, ctx }) {
        const found = await findImport(await findLedger(user, params.ledger), params.id);
        const record = await settled(await requests.cancel(found), ctx.get('prefer'));
        return isBeingWorkedOn(record.status) ? accepted(record) : reply(200, presentSummary(record));
      },
    }),

    route({
      method: 'post',
      path: `${path}/{id}/undo`,
      summary: 'Undo an import',
      description:
        'Removes the expenses that the import wrote, with their sums, and forgets its rows, so that the file can be imported again. Expenses that were changed since are kept or removed as `changed` says; without it, and where there are some, the answer is a 409 that says how many.',
      tag,
      params: importParams,
      headers,
      body: ImportUndo,
      success: { 200: ImportSummary, 202: ImportSummary },
      problems: [LedgerNotFound, ImportNotFound, ImportNotReady, ImportEntriesChanged],
      async handle({ params, body, user, ctx }) {
        const found = await findImport(await findLedger(user, params.ledger), params.id);
        const record = await settled(await requests.undo(found, body), ctx.get('prefer'));
        return isBeingWorkedOn(record.status) ? accepted(record) : reply(200, presentSummary(record));
      },
    }),

    route({
      method: 'delete',
      path: `${path}/{id}`,
      summary: 'Discard an import that wrote nothing',
      description: 'A preview, a file that is still being read, and what failed, was cancelled or undone.',
      tag,
      params: importParams,
      success: { 204: null },
      problems: [LedgerNotFound, ImportNotFound, ImportCommitted],
      async handle({ params, user }) {
        await requests.discard(await findImport(await findLedger(user, params.ledger), params.id));
        return reply(204);
      },
    }),
  ];
}
