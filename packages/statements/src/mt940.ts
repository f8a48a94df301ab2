import { calendarDate, directed, type Money, money, quoted, type Reading, toRow } from './booking.ts';
import { readInformation } from './mt940-information.ts';
import type { RowParser } from './row-parser.ts';
import type { ReadRow } from './statement.ts';

const lineMax = 4_096;
/** The standard has six lines of information; banks write some more. */
const fieldLinesMax = 40;

/**
 * A statement line, field 61: value date, entry date, mark, third letter of the currency, amount, type, the owner's
 * reference, the bank's reference.
 */
const statementLine = /^(\d{6})(\d{4})?(E?R?[CD])([A-Z])?(\d[\d.,]*)(?:([A-Z][A-Z0-9]{3})(.*?)(?:\/\/(.*))?)?$/;

interface Field {
  tag: string;
  line: number;
  lines: string[];
}

/** The bookings of SWIFT MT940 customer statements, with or without the envelope of the message. */
export class Mt940Parser implements RowParser {
  readonly rows: ReadRow[] = [];
  readonly #defaultCurrency: string;
  #currency = '';
  #account = '';
  #rest = '';
  #line = 0;
  #field: Field | undefined;
  /** A statement line that waits for its information to the account owner, field 86. */
  #booking: Field | undefined;

  constructor(defaultCurrency: string) {
    this.#defaultCurrency = defaultCurrency;
  }

  push(piece: string): boolean {
    const lines = (this.#rest + piece).split('\n');
    // A line may be longer than memory: only its start is kept.
    this.#rest = lines.pop()!.slice(0, lineMax);
    for (const line of lines) this.#take(line.slice(0, lineMax));
    return true;
  }

  end(): void {
    if (this.#rest) this.#take(this.#rest);
    this.#endField();
    this.#finish(undefined);
  }

  #take(text: string): void {
    this.#line += 1;
    const [, tag, rest] = /^(?:\{4:)?:(\d\d[A-Z]?):(.*)$/.exec(text) ?? [];
    if (tag) {
      this.#endField();
      this.#field = { tag, line: this.#line, lines: [rest ?? ''] };
    } else if (/^-\}?|^\{/.test(text)) this.#endField();
    else if (this.#field && this.#field.lines.length < fieldLinesMax) this.#field.lines.push(text);
  }

  #endField(): void {
    const field = this.#field;
    this.#field = undefined;
    if (!field) return;
    // What follows the closing balance is about the statement, not about its last booking.
    this.#finish(field.tag === '86' ? field : undefined);
    const first = field.lines[0]?.trim() ?? '';
    if (field.tag === '61') this.#booking = field;
    else if (field.tag === '20') this.#currency = this.#account = '';
    else if (field.tag === '25') this.#account = accountOf(first);
    else if (/^60[FM]$/.test(field.tag)) this.#currency = /^[CD]\d{6}([A-Z]{3})/.exec(first)?.[1] ?? '';
  }

  #finish(information: Field | undefined): void {
    const booking = this.#booking;
    this.#booking = undefined;
    if (!booking) return;
    const { line, lines } = booking;
    const [first = '', ...supplement] = lines.map((text) => text.trim());
    const [, valueDate, entryDate, mark = '', , amount = '', , own = '', bank = ''] = statementLine.exec(first) ?? [];
    if (!valueDate) {
      const reason = `Field 61 ${quoted(first)} is no statement line: a date, C or D and an amount must begin it.`;
      this.rows.push({ ok: false, line, reason });
    } else if (mark.startsWith('E')) {
      this.rows.push({ ok: false, line, reason: 'The booking is expected only: the bank has not booked it yet.' });
    } else {
      const { payee, note, reference } = readInformation(information?.lines ?? []);
      const date = entryDay(valueDate, entryDate, first);
      const fallback = [...supplement, isReference(own) ? own : ''].filter(Boolean).join(' ');
      const id = [bank, reference ?? '', own].find(isReference);
      this.rows.push(
        toRow({
          line,
          date,
          money: signed(amount, mark, this.#currency || this.#defaultCurrency),
          isReversal: mark === 'RD',
          payee,
          note: note || (payee ? '' : fallback),
          // References repeat (a standing order's each month): with the day they are an id.
          bankId: id && 'value' in date ? `${id}@${date.value}` : undefined,
          account: this.#account,
        }),
      );
    }
  }
}

/** RC takes a credit back and RD a debit: the money goes the other way. */
function signed(text: string, mark: string, currency: string): Reading<Money> {
  const sign = mark === 'C' || mark === 'RD' ? 1 : -1;
  return directed(money(text.replace(',', '.').replace(/\.$/, ''), currency, 'Field 61'), (minor) => sign * minor);
}

/** The day of the entry, which has no year: it is the one in which it lies nearest to the value date. */
function entryDay(valueDate: string, entryDate: string | undefined, text: string): Reading<string> {
  const [year, month, day] = [valueDate.slice(0, 2), valueDate.slice(2, 4), valueDate.slice(4)].map(Number) as [
    number,
    number,
    number,
  ];
  const fullYear = year < 80 ? 2_000 + year : 1_900 + year;
  if (!entryDate) return calendarDate(fullYear, month, day, 'Field 61', text);
  const entryMonth = Number(entryDate.slice(0, 2));
  const turn = entryMonth - month > 6 ? -1 : entryMonth - month < -6 ? 1 : 0;
  return calendarDate(fullYear + turn, entryMonth, Number(entryDate.slice(2)), 'Field 61', text);
}

/** "20041010/123456" is bank and account; "DE89370400440532013000EUR" ends with its currency. */
const accountOf = (text: string): string => text.slice(text.lastIndexOf('/') + 1).replace(/(?<=\d)\s*[A-Z]{3}$/, '');

/** Long and with digits enough to be told from "NONREF", "KREF+" or a till's number. */
const isReference = (text: string): boolean =>
  text.length >= 8 && (text.match(/\d/g) ?? []).length >= 4 && !/^(NONREF|NOTPROVIDED|0+$)/i.test(text);
