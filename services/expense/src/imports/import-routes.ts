import { Id } from '@outlay/contracts/common.ts';
import {
  Import,
  ImportCommit,
  ImportListQuery,
  ImportPage,
  ImportQuery,
  ImportResult,
  ImportRowsQuery,
} from '@outlay/contracts/import.ts';
import { type Ledger, LedgerRef } from '@outlay/contracts/ledger.ts';
import { decodeCursor, encodeCursor } from '@outlay/service-kit/cursor.ts';
import { Problem } from '@outlay/service-kit/problem.ts';
import { type AuthenticatedUser, type Route, reply, route } from '@outlay/service-kit/route.ts';
import { annotate } from '@outlay/service-kit/trace.ts';
import { z } from 'zod';
import { LedgerNotFound } from '../problems.ts';
import { type CommitDependencies, commitImport } from './commit-import.ts';
import { chunkRows, type ImportRecord, type StoredRow } from './import-documents.ts';
import type { ImportMetrics } from './import-metrics.ts';
import { presentImport, presentSummary } from './present-import.ts';
import { previewStatement } from './preview-statement.ts';
import { ImportCommitted, ImportNotFound, StatementUnreadable } from './problems.ts';
import { readUpload } from './read-upload.ts';

/** 100,000 bookings of camt.053 are larger; people split by year long before. */
export const uploadBytesMax = 20 * 1024 * 1024;
/** A choice of 100,000 rows by number, with as many categories as a person sets. */
const commitBytesMax = 2 * 1024 * 1024;

export interface ImportRouteDependencies extends CommitDependencies {
  metrics: ImportMetrics;
  findLedger(user: AuthenticatedUser, ref: z.infer<typeof LedgerRef>): Promise<Ledger>;
}

const ledgerParams = z.strictObject({ ledger: LedgerRef });
const importParams = z.strictObject({ ledger: LedgerRef, id: Id });
const path = '/api/v1/ledgers/{ledger}/imports';
const tag = 'Imports';

export function importRoutes(dependencies: ImportRouteDependencies): Route[] {
  const { store, metrics, findLedger } = dependencies;

  async function findImport(ledger: Ledger, id: string): Promise<ImportRecord> {
    annotate({ 'outlay.ledger': ledger.id, 'outlay.import': id });
    const found = await store.findImport(ledger.id, id);
    if (!found) throw new ImportNotFound(id);
    return found;
  }

  async function findRows(record: ImportRecord, fromRow: number, limit: number): Promise<StoredRow[]> {
    const rows: StoredRow[] = [];
    const end = Math.min(fromRow + limit, record.counts.total);
    for (let first = fromRow - (fromRow % chunkRows); first < end; first += chunkRows)
      rows.push(...((await store.findChunk(record.id, first))?.rows ?? []));
    return rows.filter(({ row }) => row >= fromRow && row < end);
  }

  return [
    route({
      method: 'post',
      path,
      summary: 'Preview a bank’s file',
      description:
        'The file is the body, or the one file of a multipart form (its fields `currency` and `mapping` before it). OFX, QIF, CSV and camt.053 are told apart by content. Nothing is written to the ledger until the import is committed.',
      tag,
      params: ledgerParams,
      query: ImportQuery,
      rawBody: ['application/octet-stream', 'text/csv', 'application/x-ofx', 'application/xml', 'multipart/form-data'],
      bodyBytesMax: uploadBytesMax,
      success: { 201: Import },
      problems: [LedgerNotFound, StatementUnreadable],
      async handle({ params, query, user, ctx }) {
        try {
          const ledger = await findLedger(user, params.ledger);
          const upload = await readUpload(ctx.req, query, uploadBytesMax);
          const preview = await previewStatement(dependencies, ledger, upload);
          annotate({ 'outlay.ledger': ledger.id, 'outlay.import': preview.id });
          metrics.imports.inc({ outcome: 'previewed' });
          for (const outcome of ['new', 'duplicate', 'invalid'] as const)
            metrics.rows.inc({ format: preview.format, outcome }, preview.counts[outcome]);
          const location = `/api/v1/ledgers/${ledger.id}/imports/${preview.id}`;
          return reply(201, presentImport(preview, await findRows(preview, 0, chunkRows)), { location });
        } catch (error) {
          if (error instanceof Problem)
            metrics.imports.inc({ outcome: error instanceof StatementUnreadable ? 'unreadable' : 'refused' });
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
        const found = await store.listImports(ledger.id, query.limit + 1, before);
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
      method: 'post',
      path: `${path}/{id}/commit`,
      summary: 'Commit an import',
      description:
        'Writes every new row, or the chosen ones, as expenses. May be repeated: the first choice stands and the answer is the same. Rows that have become duplicates since the preview are skipped.',
      tag,
      params: importParams,
      body: ImportCommit,
      bodyBytesMax: commitBytesMax,
      success: { 200: ImportResult },
      problems: [LedgerNotFound, ImportNotFound],
      async handle({ params, body, user }) {
        const ledger = await findLedger(user, params.ledger);
        const { format, status } = await findImport(ledger, params.id);
        const result = await commitImport(dependencies, ledger, params.id, body);
        if (status !== 'committed') {
          metrics.imports.inc({ outcome: 'committed' });
          metrics.rows.inc({ format, outcome: 'imported' }, result.imported);
          metrics.rows.inc({ format, outcome: 'skipped' }, result.skipped);
        }
        return reply(200, result);
      },
    }),

    route({
      method: 'delete',
      path: `${path}/{id}`,
      summary: 'Discard a preview',
      tag,
      params: importParams,
      success: { 204: null },
      problems: [LedgerNotFound, ImportNotFound, ImportCommitted],
      async handle({ params, user }) {
        const ledger = await findLedger(user, params.ledger);
        const { id } = await findImport(ledger, params.id);
        if (!(await store.deletePreview(ledger.id, id))) throw new ImportCommitted(id);
        metrics.imports.inc({ outcome: 'discarded' });
        return reply(204);
      },
    }),
  ];
}
