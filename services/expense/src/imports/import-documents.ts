import type { CsvMapping, ImportCommit, ImportRow, StatementFormat } from '@outlay/contracts/import.ts';
import type { ImportStatus } from '@outlay/contracts/import-status.ts';
import type { Booking } from '@outlay/statements/statement.ts';

/** How many rows travel together: one document of the preview, one transaction of the commit, one page of an answer. */
export const chunkRows = 500;

/** An import as it is kept; ids are hexadecimal here, as everywhere outside of the stores. */
export interface ImportRecord {
  id: string;
  ledger: string;
  status: ImportStatus;
  fileName: string | null;
  /** Size of the file as it was sent. */
  bytes: number;
  /** How the file is to be read, as the upload asks for it. */
  asked: { currency: string | null; mapping: CsvMapping | null };
  /** What is found out of the file by opening it: null before. */
  format: StatementFormat | null;
  encoding: string | null;
  mapping: CsvMapping | null;
  mappingKey: string | null;
  columns: string[] | null;
  counts: Counts;
  /** What the first commit asked for; null before, and again when it is done. */
  choice: ImportCommit | null;
  /** Tells whether another commit asks for the same; it outlives the choice, which may be large. */
  choiceKey: string | null;
  undo: Undo | null;
  undone: { removed: number; kept: number } | null;
  progress: Progress | null;
  /** Why it failed, in words for the person. */
  failure: string | null;
  /** Counts the changes of this document, so that who follows it knows what is new. */
  revision: number;
  createdAt: Date;
  expiresAt: Date | null;
}

/** How the expenses are taken back, and what the import is then. */
export interface Undo {
  changed: 'keep' | 'remove';
  endsAs: 'undone' | 'cancelled';
}

/** How far the work of a status is. */
export interface Progress {
  /** Rows that are through and stay so when the work is taken over. */
  done: number;
  share: number;
  startedAt: Date;
  estimatedEnd: Date | null;
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
}

/** Up to {@link chunkRows} rows that follow each other, from row `first` on. */
export interface Chunk {
  first: number;
  rows: StoredRow[];
  /**
   * The expenses that the rows became, in their order, null where one became none; absent before the commit. Beside the rows, so
   * that a commit writes ids and not a quarter of a megabyte of rows anew.
   */
  written?: (string | null)[];
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
