import type { CsvMapping, StatementFormat } from '@outlay/contracts/import.ts';

/** One booking of a bank's file, ready to become an expense. */
export type Booking = {
  /** Local calendar day as the bank wrote it, YYYY-MM-DD. */
  date: string;
  /** Minor units of `currency`; always positive, `kind` holds the direction. */
  amount: number;
  currency: string;
  /** `refund`: the file says that it takes an expense back. */
  kind: 'expense' | 'income' | 'refund';
  /** One line, at most 200 characters; may be empty. */
  payee: string;
  /** One line, at most 2,000 characters; may be empty. */
  note: string;
  /** The bank's own id, stable over exports and unique within `account`; null where the file has none. */
  bankId: string | null;
  /** The account's number as the file has it. */
  account: string | null;
  /** The category as the file names it, "Car:Fuel" in QIF. */
  categoryName: string | null;
};

/**
 * What is read of one record: a booking, or the sentence that says which field is wrong and what would be right. `line` is
 * where the record starts in the file, from 1.
 */
export type ReadRow = { ok: true; line: number; booking: Booking } | { ok: false; line: number; reason: string };

export type StatementReader = {
  format: StatementFormat;
  /** WHATWG name: "utf-8", "windows-1252", "utf-16le" … */
  encoding: string;
  /** CSV only: the mapping that the rows are read by. */
  mapping: CsvMapping | null;
  /** CSV only: the header, or the first row where there is none. */
  columns: string[] | null;
  /** CSV only: a stable signature of the layout (64 hex digits) to remember a corrected mapping by. */
  mappingKey: string | null;
  /**
   * The rows in the order of the file, some at a time: as many as one piece of it makes, maybe none. May be read once; leaving
   * the loop early closes the source.
   */
  batches: AsyncIterable<ReadRow[]>;
};

export type ReadOptions = {
  /** ISO 4217 code for files that name no currency. */
  currency: string;
  /** CSV only: used instead of a guess. */
  mapping?: CsvMapping | undefined;
  /** CSV only: looks a remembered mapping up by {@link StatementReader.mappingKey}. */
  suggestMapping?: (mappingKey: string) => CsvMapping | undefined | Promise<CsvMapping | undefined>;
};

/** The file as a whole is no statement that can be read; the message is a sentence for the person who chose it. */
export class UnreadableStatement extends Error {
  override readonly name = 'UnreadableStatement';
}
