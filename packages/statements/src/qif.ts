import { minorDigits } from '@outlay/contracts/minor-units.ts';
import { type Draft, oneLine, type Reading, toRow } from './booking.ts';
import { type Decimal, inferDecimal, readAmount } from './read-amount.ts';
import { type DateOrder, inferDateOrder, readDate } from './read-date.ts';
import type { RowParser } from './row-parser.ts';
import type { ReadRow } from './statement.ts';

const bookingTypes = /^!type:\s*(bank|ccard|cash|oth a|oth l)\b/i;
/** Lists beside the bookings: categories, templates, prices … hold nothing that was paid. */
const listTypes = /^!type:\s*(cat|class|memorized|prices|security|budget|tag|template)\b/i;
const lineMax = 4_096;
/** More lines than any record has; 300 splits are a long pay slip. */
const recordLinesMax = 1_000;

type Manner = { currency: string; order: DateOrder; decimal: Decimal };
type Line = { code: string; text: string };

/** The bookings of a QIF file. A booking whose splits add up to it becomes one row per split. */
export class QifParser implements RowParser {
  readonly rows: ReadRow[] = [];
  readonly #manner: Manner;
  /** 'bookings', 'list', 'account', or the header of records that are refused. */
  #section = 'bookings';
  #account = '';
  #rest = '';
  #line = 0;
  #start = 0;
  #record: Line[] = [];

  /** @param head the file's start, by which the order of dates and the decimal mark are inferred */
  constructor(head: string, currency: string) {
    const dates = [...head.matchAll(/^D(.+)$/gm)].map((match) => match[1]!);
    const amounts = [...head.matchAll(/^[TU$](.+)$/gm)].map((match) => match[1]!);
    this.#manner = {
      currency,
      order: inferDateOrder(dates, currency === 'USD') ?? 'mdy',
      decimal: inferDecimal(amounts, minorDigits(currency)) ?? '.',
    };
  }

  push(piece: string): boolean {
    const lines = (this.#rest + piece).split('\n');
    // A line may be longer than memory: only its start is kept.
    this.#rest = lines.pop()!.slice(0, lineMax);
    for (const line of lines) this.#take(line);
    return true;
  }

  end(): void {
    if (this.#rest) this.#take(this.#rest);
    this.#endSection();
  }

  #take(text: string): void {
    this.#line += 1;
    if (text.startsWith('!')) {
      this.#endSection();
      this.#section = sectionOf(text) ?? this.#section;
    } else if (text.startsWith('^')) {
      this.#finish(this.#record);
      this.#record = [];
    } else if (text.trim() && this.#record.length < recordLinesMax) {
      if (this.#record.length === 0) this.#start = this.#line;
      this.#record.push({ code: text[0]!.toUpperCase(), text: text.slice(1, lineMax).trim() });
    }
  }

  #endSection(): void {
    if (this.#record.length > 0 && this.#section === 'bookings')
      this.#refuse('The record does not end with ^: the file is cut off here.');
    this.#record = [];
  }

  #finish(record: Line[]): void {
    if (record.length === 0 || this.#section === 'list') return;
    const field = (code: string) => record.find((line) => line.code === code)?.text || undefined;
    if (this.#section === 'account') {
      this.#account = field('N') ?? '';
    } else if (this.#section !== 'bookings') {
      this.#refuse(`${this.#section} holds no bookings of money: only Bank, CCard, Cash and Oth can be imported.`);
    } else if (/^opening balance$/i.test(field('P') ?? '') && field('L')?.startsWith('[')) {
      this.#account ||= field('L')!.slice(1, -1);
      this.#refuse('The opening balance of the account is no booking.');
    } else {
      const { currency, order, decimal } = this.#manner;
      const number = field('N');
      const draft: Draft = {
        line: this.#start,
        date: readDate(field('D') ?? '', order, 'The date (D)'),
        money: readAmount(field('T') ?? field('U') ?? '', decimal, currency, 'The amount (T)'),
        payee: field('P'),
        note: field('M') ?? (number && /^\d+$/.test(number) ? `Check ${number}` : undefined),
        account: this.#account,
        categoryName: categoryOf(field('L')),
      };
      this.rows.push(...this.#splits(draft, record).map(toRow));
    }
  }

  /** One draft per split where they add up to the booking; else the booking itself. */
  #splits(whole: Draft, record: Line[]): Draft[] {
    const { currency, decimal } = this.#manner;
    const parts: Draft[] = [];
    for (const { code, text } of record) {
      const part = parts.at(-1);
      if (code === 'S') {
        const wrong: Reading<never> = { wrong: 'The amount of the split ($) is missing.' };
        parts.push({ ...whole, categoryName: categoryOf(text), money: wrong });
      } else if (part && code === 'E') part.note = text || part.note;
      else if (part && code === '$') part.money = readAmount(text, decimal, currency, 'The amount of the split ($)');
    }
    const minor = ({ money }: Draft) => ('value' in money ? money.value.minor : 0);
    const sum = parts.reduce((total, part) => total + minor(part), 0);
    return parts.length > 1 && sum === minor(whole) && sum !== 0 ? parts : [whole];
  }

  #refuse = (reason: string): void => void this.rows.push({ ok: false, line: this.#start, reason });
}

/** What the records after a header are; undefined where the header is an option only. */
function sectionOf(header: string): string | undefined {
  if (bookingTypes.test(header)) return 'bookings';
  if (listTypes.test(header)) return 'list';
  if (/^!account\b/i.test(header)) return 'account';
  return /^!type:/i.test(header) ? oneLine(header, 40) : undefined;
}

/** "Car:Fuel/Work" is the category Car:Fuel of the class Work; "[Savings]" is another account. */
const categoryOf = (text: string | undefined): string | undefined =>
  text?.startsWith('[') ? undefined : text?.split('/')[0];
