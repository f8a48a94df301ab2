import type { CsvMapping } from '@outlay/contracts/import.ts';
import { currencies } from '@outlay/contracts/money.ts';
import { directed, type Money, quoted, type Reading, toRow } from './booking.ts';
import { guessMapping, isFilled, layoutKey } from './csv-guess.ts';
import { type CsvRecord, CsvRecords, type CsvSyntax, sampleRecords } from './csv-records.ts';
import { directionWords } from './csv-words.ts';
import { readAmount } from './read-amount.ts';
import { readDate } from './read-date.ts';
import type { RowParser } from './row-parser.ts';
import { type ReadOptions, type ReadRow, UnreadableStatement } from './statement.ts';

const knownCurrencies = new Set(currencies);
/** Records at the end that may be totals, balances and remarks of the bank. */
const footerMax = 20;

type OpenCsv = { mapping: CsvMapping; columns: string[]; mappingKey: string; parser: RowParser };

/**
 * Decides the mapping of a CSV file: given, else remembered, else guessed.
 * @throws {UnreadableStatement} where none was given and the text is no table of bookings
 */
export async function openCsv(head: string, isWhole: boolean, options: ReadOptions): Promise<OpenCsv> {
  const guess = guessMapping(head, isWhole, options.currency);
  const mappingKey = guess?.key ?? layoutKey([head.split('\n', 1)[0]!.slice(0, 1_000)]);
  const mapping = options.mapping ?? (await options.suggestMapping?.(mappingKey)) ?? guess?.mapping;
  if (!mapping)
    throw new UnreadableStatement(
      'The file is neither OFX, QIF, MT940 nor camt.053, nor a table (CSV) with dates and amounts.',
    );
  const { records, ...syntax } = sampleRecords(head, isWhole, mapping.delimiter);
  const header = records.findLast((record) => record.endLine <= mapping.headerRows && isFilled(record));
  const first = records.find((record) => record.line > mapping.headerRows && isFilled(record));
  const columns = (header ?? first)?.cells.map((cell) => cell.trim()) ?? [];
  const reader = new RowReader(mapping, columns, header !== undefined, options.currency);
  return { mapping, columns, mappingKey, parser: new CsvParser(syntax, reader) };
}

/** The bookings of a CSV file by its mapping. */
class CsvParser implements RowParser {
  readonly rows: ReadRow[] = [];
  readonly #reader: RowReader;
  readonly #records: CsvRecords;
  /** Rows that may be the bank's remarks at the end, until a booking follows. */
  #footers: ReadRow[] = [];
  #hasBookings = false;

  constructor(syntax: CsvSyntax, reader: RowReader) {
    this.#reader = reader;
    this.#records = new CsvRecords(syntax, reader.mapping.headerRows, (record) => this.#take(record));
  }

  async push(piece: string): Promise<boolean> {
    const goesOn = await this.#records.push(piece);
    if (!goesOn) this.#break();
    return goesOn;
  }

  async end(): Promise<void> {
    const isWhole = await this.#records.end();
    if (!isWhole) this.#break();
    // A total at the end is no booking; but where nothing was one, the person wants to know why.
    else if (!this.#hasBookings) this.rows.push(...this.#footers);
  }

  #take(record: CsvRecord): void {
    if (!isFilled(record)) return;
    const row = this.#reader.read(record);
    if (!row.ok && this.#footers.length < footerMax && this.#reader.looksLikeFooter(record)) this.#footers.push(row);
    else {
      this.rows.push(...this.#footers.splice(0), row);
      this.#hasBookings ||= row.ok;
    }
  }

  #break(): void {
    const reason = 'The record is too long: a quote may be open. The rest could not be read.';
    this.rows.push(...this.#footers, { ok: false, line: this.#records.nextLine, reason });
  }
}

class RowReader {
  readonly mapping: CsvMapping;
  /** How many columns there are, and how they are called in a reason. */
  readonly #width: number;
  readonly #names: string[];
  readonly #currency: string;
  /** The last row's date: rows of one day follow each other. */
  #day: { text: string; read: Reading<string> } | undefined;

  constructor(mapping: CsvMapping, columns: string[], hasHeader: boolean, currency: string) {
    this.mapping = mapping;
    this.#width = columns.length;
    this.#names = hasHeader ? columns.map((heading) => heading && `Column ${quoted(heading)}`) : [];
    const heading = hasHeader ? (columns[mapping.amount ?? mapping.debit ?? mapping.credit ?? -1] ?? '') : '';
    // "Amount (GBP)" names the currency of the whole column.
    const named = /\b([A-Z]{3})[)\]\s]*$/.exec(heading)?.[1] ?? '';
    this.#currency = knownCurrencies.has(named) ? named : currency;
  }

  read(record: CsvRecord): ReadRow {
    const { line, cells } = record;
    // An amount like 12,50 without quotes in a file of commas would be read as 12.
    if (cells.slice(this.#width).some((cell) => cell.trim()))
      return { ok: false, line, reason: `The record has ${cells.length} fields where ${this.#width} are expected.` };
    if (cells.some((cell) => cell.startsWith('"') && cell.includes('\n')))
      return { ok: false, line, reason: 'A quote is opened and not closed: the record has run into the next one.' };
    const { date, payee, note, bankId, category } = this.mapping;
    const text = (column: number | null) => (column === null ? undefined : cells[column]);
    return toRow({
      line,
      date: this.#date(cells[date] ?? ''),
      money: this.#money(cells),
      payee: text(payee)?.trim(),
      note: text(note),
      bankId: text(bankId),
      categoryName: text(category),
    });
  }

  /** Words where a date should be, or words alone: a total, a balance, "end of file". */
  looksLikeFooter({ cells }: CsvRecord): boolean {
    const filled = cells.filter((cell) => cell.trim());
    const text = filled.length === 1 ? filled[0]! : (cells[this.mapping.date] ?? '');
    return /^\D*\p{L}/u.test(text.trim());
  }

  #date(text: string): Reading<string> {
    const { date, dateOrder } = this.mapping;
    if (this.#day?.text !== text) this.#day = { text, read: readDate(text, dateOrder, this.#name(date)) };
    return this.#day.read;
  }

  #money(cells: string[]): Reading<Money> {
    const { amount, debit, credit, sign, negate } = this.mapping;
    const currency = this.#cell(cells, this.mapping.currency).toUpperCase() || this.#currency;
    const read = (column: number, positive: 1 | -1 = 1) =>
      readAmount(this.#cell(cells, column), this.mapping.decimal, currency, this.#name(column), positive);
    if (amount !== null) {
      if (sign === null || sign === undefined) return read(amount, negate ? -1 : 1);
      const word = this.#cell(cells, sign);
      const direction = directionWords.get(word.toLowerCase());
      if (!direction) return { wrong: `${this.#name(sign)} ${quoted(word)} says neither debit nor credit.` };
      return directed(read(amount), (minor) => Math.abs(minor) * direction);
    }
    const sides = [debit, credit].filter((column) => column !== null);
    // "0.00" in the other column is as good as nothing.
    const filled = sides.filter((column) => /[1-9]/.test(this.#cell(cells, column)));
    if (filled.length > 1)
      return { wrong: `Both ${sides.map((column) => this.#name(column)).join(' and ')} hold an amount.` };
    const column = filled[0] ?? sides.find((side) => this.#cell(cells, side)) ?? sides[0];
    if (column === undefined) return { wrong: 'The mapping names no column of amounts.' };
    return directed(read(column), (minor) => (column === debit ? -Math.abs(minor) : Math.abs(minor)));
  }

  #cell = (cells: string[], column: number | null): string => (column === null ? '' : (cells[column]?.trim() ?? ''));

  #name = (column: number): string => this.#names[column] || `Column ${column + 1}`;
}
