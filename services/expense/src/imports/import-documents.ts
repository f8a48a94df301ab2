import type { CsvMapping, ImportCommit, ImportRow, StatementFormat } from '@outlay/contracts/import.ts';
import type { Booking } from '@outlay/statements/statement.ts';

/** How many rows travel together: one document of the preview, one transaction of the commit, one page of an answer. */
export const chunkRows = 500;

/** `committing`: begun and not ended, perhaps because the service died; asked again, it goes on. */
export type ImportStatus = 'preview' | 'committing' | 'committed';

/** An import as it is kept; ids are hexadecimal here, as everywhere outside of the store. */
export interface ImportRecord {
  id: string;
  ledger: string;
  status: ImportStatus;
  fileName: string | null;
  format: StatementFormat;
  encoding: string;
  mapping: CsvMapping | null;
  mappingKey: string | null;
  columns: string[] | null;
  counts: Counts;
  /** What the first commit asked for: a repetition cannot ask for something else. */
  choice: ImportCommit | null;
  createdAt: Date;
  expiresAt: Date | null;
}

/** Rows by what became of them; `new` + `duplicate` + `invalid` = `total`. */
export interface Counts {
  total: number;
  new: number;
  duplicate: number;
  invalid: number;
  /** Expenses written so far. */
  imported: number;
}
export const noCounts = (): Counts => ({ total: 0, new: 0, duplicate: 0, invalid: 0, imported: 0 });

/** A row of the preview, with what the file said and its fingerprint where it could be read. */
export interface StoredRow extends Omit<ImportRow, 'expense'> {
  source: (Booking & { key: string }) | null;
  /** The category suggested. */
  category: string | null;
  /** The expense that it became. */
  expense: string | null;
}

/** Up to {@link chunkRows} rows that follow each other, from row `first` on. */
export interface Chunk {
  first: number;
  rows: StoredRow[];
  /** True once its expenses are written, in the same transaction. */
  isCommitted: boolean;
}

/** What is remembered of an imported row for good, so that it is known again though its expense is changed or deleted. */
export interface RememberedRow {
  key: string;
  expense: string;
  import: string;
  account: string | null;
  hasBankId: boolean;
  payeeKey: string;
  importedAt: Date;
}
