import { createHash } from 'node:crypto';
import type { CsvMapping } from '@outlay/contracts/import.ts';
import { minorDigits } from '@outlay/contracts/minor-units.ts';
import { currencies } from '@outlay/contracts/money.ts';
import { type CsvRecord, sampleRecords } from './csv-records.ts';
import { cardHeadings, directionWords, headings, plainHeading } from './csv-words.ts';
import { inferDecimal, looksLikeAmount, readAmount } from './read-amount.ts';
import { dateOrders, inferDateOrder, readDate } from './read-date.ts';

export type CsvGuess = {
  mapping: CsvMapping;
  /** Signature of delimiter, header and its place. */
  key: string;
};

const delimiters = [',', ';', '\t', '|'] as const;
/** The contract's bound for `headerRows`. */
const headerRowsMax = 50;
/** The contract's bound for a column. */
const columnsMax = 200;
/** Rows by which columns are told apart; more would say the same. */
const profiledRows = 100;
const knownCurrencies = new Set(currencies);

/**
 * Guesses the columns of a CSV file by its header's words, and by what the columns hold.
 * @param currency the ledger's: decides whether 02/03 is March or February where nothing else does
 * @returns undefined where no delimiter gives a column of dates and one of amounts
 */
export function guessMapping(head: string, isWhole: boolean, currency: string): CsvGuess | undefined {
  let best: (CsvGuess & { score: number }) | undefined;
  for (const delimiter of delimiters) {
    const { records } = sampleRecords(head, isWhole, delimiter);
    const guess = new Guess(records.filter(isFilled), delimiter, currency).result();
    if (guess && guess.score > (best?.score ?? 0)) best = guess;
  }
  return best && { mapping: best.mapping, key: best.key };
}

export const isFilled = ({ cells }: CsvRecord): boolean => cells.some((cell) => cell.trim() !== '');

/** What a column holds, as shares of its filled cells. */
type Profile = { filled: number; dates: number; amounts: number; cells: string[] };
type Field = keyof typeof headings;

class Guess {
  readonly #delimiter: CsvMapping['delimiter'];
  readonly #currency: string;
  /** The record before the first booking. */
  readonly #header: CsvRecord | undefined;
  /** True where words in the header are known. */
  readonly #isNamed: boolean;
  readonly #headings: string[];
  readonly #data: CsvRecord[];
  readonly #columns: Profile[];
  readonly #taken = new Set<number>();

  constructor(records: CsvRecord[], delimiter: CsvMapping['delimiter'], currency: string) {
    this.#delimiter = delimiter;
    this.#currency = currency;
    const named = findHeader(records);
    const start = named ? records.indexOf(named) + 1 : firstBooking(records);
    this.#isNamed = named !== undefined;
    this.#header = start > 0 && records[start - 1]!.endLine <= headerRowsMax ? records[start - 1] : undefined;
    this.#headings = this.#header?.cells.slice(0, columnsMax).map(plainHeading) ?? [];
    this.#data = records.slice(start);
    const width = Math.max(
      this.#headings.length,
      ...this.#data.slice(0, profiledRows).map(({ cells }) => cells.length),
    );
    this.#columns = Array.from({ length: Math.min(width, columnsMax) }, (_, column) => this.#profile(column));
  }

  /** Undefined where there is no table of bookings. */
  result(): (CsvGuess & { score: number }) | undefined {
    // A heading needs little support by what stands below it; without one the column must speak for itself.
    const isEmpty = this.#data.length === 0;
    const mayBeDate = ({ filled, dates }: Profile) => isEmpty || (filled >= 0.3 && dates >= 0.2);
    const mayBeAmount = ({ filled, amounts, dates }: Profile) =>
      isEmpty || (filled >= 0.5 && amounts >= 0.2 && dates < 0.5);
    const isPart = ({ filled, amounts }: Profile) => filled === 0 || amounts >= 0.2;
    const isDate = ({ filled, dates }: Profile) => filled >= 0.5 && dates >= 0.5;
    let date = this.#pick('date', mayBeDate) ?? this.#first(isDate);
    let amount = this.#pick('amount', mayBeAmount);
    let debit = amount === null ? this.#pick('debit', isPart) : null;
    let credit = amount === null ? this.#pick('credit', isPart) : null;
    if (amount === null && debit === null && credit === null) {
      [debit, credit] = this.#complements() ?? [null, null];
      if (debit === null)
        amount = this.#first((column) => column.filled >= 0.9 && column.amounts >= 0.5 && hasDecimals(column));
    }
    const hasAmount = amount !== null || debit !== null || credit !== null;
    // One of the two is enough for a table whose columns a person can set right; the rows then say what is missing.
    if ((date === null && !hasAmount) || this.#columns.length < 2) return undefined;
    date ??= this.#first(() => true) ?? 0;
    if (!hasAmount) amount = this.#first(() => true) ?? 0;

    const money = [amount, debit, credit].flatMap((column) => (column === null ? [] : this.#all(column)));
    const sign = amount === null || money.some(isSigned) ? null : this.#first(isDirection);
    const isSpentPositive = amount !== null && sign === null && this.#isSpentPositive(money.filter(Boolean));
    const mapping: CsvMapping = {
      delimiter: this.#delimiter,
      headerRows: this.#header?.endLine ?? 0,
      date,
      dateOrder: inferDateOrder(this.#all(date), this.#currency === 'USD') ?? 'dmy',
      amount,
      debit,
      credit,
      sign,
      decimal: inferDecimal(money, minorDigits(this.#currency)) ?? (this.#delimiter === ';' ? ',' : '.'),
      negate: isSpentPositive,
      currency: this.#pick('currency', isCurrency) ?? (this.#isNamed ? null : this.#first(isCurrency)),
      bankId: this.#pick('bankId', isUnique),
      category: this.#pick('category', isText),
      payee: this.#pick('payee', isUsedText) ?? this.#pick('payee', isText) ?? this.#longest(),
      note: this.#pick('note', isUsedText) ?? this.#pick('note', isText) ?? (this.#isNamed ? null : this.#longest()),
    };
    const fields = Object.values(mapping).filter((value) => value !== null).length;
    return { mapping, key: this.#key(mapping), score: this.#readableRows(mapping) * 100 + fields };
  }

  /** Cards' exports: most amounts are positive, or those that are not spent are marked CR. */
  #isSpentPositive(money: string[]): boolean {
    const positives = money.filter((text) => !isSigned(text));
    const credits = positives.filter((text) => /\bCR\b/i.test(text));
    if (credits.length > 0) return positives.length === money.length && credits.length < money.length;
    return positives.length > money.length * 0.6 && this.#headings.some((heading) => cardHeadings.test(heading));
  }

  /** The best column of a field by heading, of those that hold what the field needs. */
  #pick(field: Field, accepts: (column: Profile) => boolean): number | null {
    for (const pattern of headings[field])
      for (const [column, heading] of this.#headings.entries())
        if (pattern.test(heading) && this.#isFree(column, accepts)) return this.#take(column);
    return null;
  }

  /** The first column by content. */
  #first(accepts: (column: Profile) => boolean): number | null {
    const found = this.#columns.findIndex((_, column) => this.#isFree(column, accepts));
    return found < 0 ? null : this.#take(found);
  }

  /** Two columns of amounts of which each row fills one: debit and credit, in the order nearly every bank has them. */
  #complements(): [debit: number, credit: number] | undefined {
    const parts = [...this.#columns.entries()].filter(
      ([column, { filled, amounts }]) => !this.#taken.has(column) && filled > 0 && filled < 1 && amounts >= 0.5,
    );
    for (const [left, { cells }] of parts)
      for (const [right, other] of parts)
        if (left < right && cells.every((cell, row) => !cell !== !other.cells[row]))
          return [this.#take(left), this.#take(right)];
    return undefined;
  }

  /** The column with the longest texts: who was paid, or what for. */
  #longest(): number | null {
    const length = ({ cells }: Profile) => cells.reduce((sum, cell) => sum + cell.length, 0);
    const free = [...this.#columns.keys()].filter((column) => this.#isFree(column, isText));
    const longest = Math.max(0, ...free.map((column) => length(this.#columns[column]!)));
    const found = free.find((column) => length(this.#columns[column]!) === longest);
    return found === undefined || longest === 0 ? null : this.#take(found);
  }

  #isFree = (column: number, accepts: (column: Profile) => boolean): boolean =>
    !this.#taken.has(column) && this.#columns[column] !== undefined && accepts(this.#columns[column]);

  #take(column: number): number {
    this.#taken.add(column);
    return column;
  }

  #all = (column: number): string[] => this.#data.map(({ cells }) => cells[column]?.trim() ?? '');

  #profile(column: number): Profile {
    const cells = this.#all(column);
    const sample = cells.slice(0, profiledRows);
    const filled = sample.filter(Boolean);
    const share = (accepts: (text: string) => boolean) => filled.filter(accepts).length / Math.max(1, filled.length);
    return {
      cells,
      filled: filled.length / Math.max(1, sample.length),
      dates: share(isDateText),
      amounts: share(isAmountText),
    };
  }

  #readableRows({ date, dateOrder, amount, debit, credit, decimal }: CsvMapping): number {
    return this.#data.slice(0, profiledRows).filter(({ cells }) => {
      const texts = [amount, debit, credit].map((column) => (column === null ? '' : (cells[column] ?? '').trim()));
      const isMoney = texts.some((text) => text && 'value' in readAmount(text, decimal, this.#currency, ''));
      return isMoney && 'value' in readDate(cells[date] ?? '', dateOrder, '');
    }).length;
  }

  /** Without a header the layout itself is the signature. */
  #key({ headerRows, delimiter, date, amount, debit, credit }: CsvMapping): string {
    const layout = this.#header?.cells.map((cell) => cell.trim().toLowerCase()) ?? [
      this.#columns.length,
      date,
      amount,
      debit,
      credit,
    ];
    return layoutKey([delimiter, headerRows, ...layout]);
  }
}

export const layoutKey = (layout: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(layout)).digest('hex');

/** The record whose cells are headings of the most fields, a date and an amount among them. */
function findHeader(records: CsvRecord[]): CsvRecord | undefined {
  let best: { record: CsvRecord; fields: number } | undefined;
  for (const record of records) {
    if (record.endLine > headerRowsMax) break;
    if (record.cells.length < 2 || record.cells.some((cell) => isDateText(cell.trim()))) continue;
    const plain = record.cells.slice(0, columnsMax).map(plainHeading);
    const has = (field: Field) => plain.some((heading) => headings[field].some((pattern) => pattern.test(heading)));
    if (!has('date') || !(has('amount') || has('debit') || has('credit'))) continue;
    const fields = (Object.keys(headings) as Field[]).filter(has).length;
    if (fields > (best?.fields ?? 0)) best = { record, fields };
  }
  return best?.record;
}

/** The index of the first record that has a date and an amount, or at least a date. */
function firstBooking(records: CsvRecord[]): number {
  const hasDate = ({ cells }: CsvRecord) => cells.some((cell) => isDateText(cell.trim()));
  const hasAmount = ({ cells }: CsvRecord) =>
    cells.some((cell) => !isDateText(cell.trim()) && isAmountText(cell.trim()));
  const found = records.findIndex((record) => hasDate(record) && hasAmount(record));
  return Math.max(0, found < 0 ? records.findIndex(hasDate) : found);
}

const isDateText = (text: string): boolean =>
  text.length >= 6 &&
  text.length <= 40 &&
  /\d/.test(text) &&
  dateOrders.some((order) => 'value' in readDate(text, order, ''));
const isAmountText = (text: string): boolean => /\d/.test(text) && looksLikeAmount(text);
const isSigned = (text: string): boolean => /^\(|[-\u2212\u2013]|\b(DR|DB)\b/i.test(text);
const hasDecimals = ({ cells }: Profile): boolean => cells.some((cell) => /[.,]\d|^-/.test(cell));
const isText = ({ dates, filled }: Profile): boolean => filled === 0 || dates < 0.5;
const isUsedText = (column: Profile): boolean => column.filled >= 0.3 && isText(column);
const isCurrency = ({ cells }: Profile): boolean => isEvery(cells, (cell) => knownCurrencies.has(cell.toUpperCase()));
const isDirection = ({ cells, filled }: Profile): boolean =>
  filled >= 0.5 && isEvery(cells, (cell) => directionWords.has(cell.toLowerCase()));
const isUnique = ({ cells, filled }: Profile): boolean => filled === 1 && new Set(cells).size === cells.length;
const isEvery = (cells: string[], accepts: (cell: string) => boolean): boolean =>
  cells.some(Boolean) && cells.every((cell) => !cell || accepts(cell));
