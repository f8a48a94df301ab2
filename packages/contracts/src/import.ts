import { z } from 'zod';
import { CalendarDate, Id, Instant, Paging, pageOf, text } from './common.ts';
import { Kind } from './expense.ts';
import { importStatuses } from './import-status.ts';
import { Currency } from './money.ts';

const statementFormats = ['ofx', 'qif', 'csv', 'camt.053', 'mt940'] as const;
export const StatementFormat = z.enum(statementFormats);
export type StatementFormat = z.infer<typeof StatementFormat>;

const column = z.int().min(0).max(199);
/** Which column of a CSV file means what. Columns count from 0. */
export const CsvMapping = z
  .strictObject({
    delimiter: z.enum([',', ';', '\t', '|']),
    headerRows: z.int().min(0).max(50).meta({ description: 'Lines before the first booking, the header included' }),
    date: column,
    dateOrder: z.enum(['ymd', 'dmy', 'mdy']),
    amount: column.nullable().meta({ description: 'Signed amount; null where debit and credit have a column each' }),
    debit: column.nullable(),
    credit: column.nullable(),
    sign: column
      .nullable()
      .optional()
      .meta({ description: 'Column that says Debit or Credit, Af or Bij …, where `amount` carries no sign' }),
    decimal: z.enum(['.', ',']),
    negate: z.boolean().meta({ description: 'True where money spent is positive (credit cards)' }),
    payee: column.nullable(),
    note: column.nullable(),
    currency: column.nullable(),
    category: column.nullable(),
    bankId: column.nullable().meta({ description: 'The bank’s own id of a booking' }),
  })
  .meta({ id: 'CsvMapping' });
export type CsvMapping = z.infer<typeof CsvMapping>;

export const ImportRow = z
  .object({
    row: z.int().meta({ description: 'Position in the file, from 0' }),
    line: z.int().nullable().meta({ description: 'Line in the file where the booking starts, from 1' }),
    status: z.enum(['new', 'duplicate', 'invalid']),
    reason: z.string().nullable().meta({ description: 'Why it is a duplicate or invalid' }),
    duplicateOf: z
      .object({ expense: Id.nullable(), row: z.int().nullable() })
      .nullable()
      .meta({ description: 'The expense, or the earlier row of this file, that it repeats' }),
    expense: z
      .object({
        date: CalendarDate,
        amount: z.int(),
        currency: Currency,
        kind: Kind,
        payee: z.string(),
        note: z.string(),
        category: Id.nullable(),
      })
      .nullable()
      .meta({ description: 'What would be written; null where invalid' }),
  })
  .meta({ id: 'ImportRow' });
export type ImportRow = z.infer<typeof ImportRow>;

export const ImportStatus = z.enum(importStatuses);

export const Import = z
  .object({
    id: Id,
    status: ImportStatus,
    fileName: z.string().nullable(),
    format: StatementFormat.nullable().meta({ description: 'Null until the file is read' }),
    encoding: z
      .string()
      .nullable()
      .meta({ examples: ['utf-8', 'windows-1252', 'utf-16le'] }),
    mapping: CsvMapping.nullable().meta({ description: 'CSV only: the mapping used' }),
    columns: z
      .array(z.string())
      .nullable()
      .meta({ description: 'CSV only: the header, or sample values where there is none' }),
    counts: z
      .object({ total: z.int(), new: z.int(), duplicate: z.int(), invalid: z.int(), imported: z.int() })
      .meta({ description: 'While the file is read: so far' }),
    progress: z
      .object({
        share: z.number().min(0).max(1).meta({ description: 'How much of the work under way is done' }),
        startedAt: Instant,
        estimatedEnd: Instant.nullable().meta({ description: 'Null until there is something to estimate by' }),
      })
      .nullable()
      .meta({ description: 'Null where no work is under way' }),
    failure: z.string().nullable().meta({ description: 'Why it failed, in words for the person' }),
    undone: z
      .object({
        removed: z.int(),
        kept: z.int().meta({ description: 'Changed by hand since, and left where they are' }),
      })
      .nullable()
      .meta({ description: 'What an undo, or the cancelling of a commit, has done so far' }),
    rows: z.array(ImportRow).meta({ description: 'The first 500 rows; follow `nextRow` for more' }),
    nextRow: z.int().nullable(),
    createdAt: Instant,
    expiresAt: Instant.nullable().meta({ description: 'When it is forgotten; null where it wrote expenses' }),
  })
  .meta({ id: 'Import' });
export type Import = z.infer<typeof Import>;

/** In the list of past imports: everything but the rows. */
export const ImportSummary = Import.omit({ rows: true, nextRow: true }).meta({ id: 'ImportSummary' });
export type ImportSummary = z.infer<typeof ImportSummary>;
export const ImportPage = pageOf(ImportSummary).meta({ id: 'ImportPage' });
export const ImportListQuery = z.strictObject(Paging);

export const ImportQuery = z.strictObject({
  currency: Currency.optional().meta({ description: 'For files that name none; default: the ledger’s' }),
  mapping: z.string().max(2_000).optional().meta({ description: 'CSV: a `CsvMapping` as JSON, correcting the guess' }),
  fileName: text(200).optional(),
});
export type ImportQuery = z.infer<typeof ImportQuery>;
export const ImportRowsQuery = z.strictObject({
  fromRow: z.coerce.number().int().min(0).default(0),
  limit: z.coerce
    .number()
    .int()
    .min(0)
    .max(500)
    .default(500)
    .meta({ description: 'Rows at most; 0 for who wants to know only how far it is' }),
});
export const ImportCommit = z
  .strictObject({
    rows: z
      .union([z.literal('new'), z.array(z.int().min(0)).min(1).max(100_000)])
      .default('new')
      .meta({ description: '`new`: every new row; or chosen rows, among which duplicates are taken too' }),
    categories: z
      .record(z.string().regex(/^\d{1,6}$/), Id.nullable())
      .default({})
      .meta({ description: 'Category by row number, where it shall differ from the preview' }),
  })
  .meta({ id: 'ImportCommit' });
export type ImportCommit = z.infer<typeof ImportCommit>;
export const ImportResult = z
  .object({ id: Id, status: z.literal('committed'), imported: z.int(), skipped: z.int() })
  .meta({ id: 'ImportResult' });
export type ImportResult = z.infer<typeof ImportResult>;

export const ImportUndo = z
  .strictObject({
    changed: z
      .enum(['keep', 'remove'])
      .optional()
      .meta({ description: 'What becomes of expenses that were changed since; needed only where there are some' }),
  })
  .meta({ id: 'ImportUndo' });
export type ImportUndo = z.infer<typeof ImportUndo>;
