import { calendarDate, type Draft, type Money, money, quoted, type Reading, toRow } from './booking.ts';
import { type OfxElement, OfxElements } from './ofx-elements.ts';
import type { RowParser } from './row-parser.ts';
import type { ReadRow } from './statement.ts';

/** Records that are no cash bookings: each becomes a refused row, so that nothing vanishes without a word. */
const securities = new Set(
  (
    'BUYDEBT BUYMF BUYOPT BUYOTHER BUYSTOCK CLOSUREOPT INCOME INVEXPENSE JRNLFUND JRNLSEC MARGININTEREST REINVEST ' +
    'RETOFCAP SELLDEBT SELLMF SELLOPT SELLOTHER SELLSTOCK SPLIT TRANSFER'
  ).split(' '),
);
/** What is paid by these comes back by an amount that is positive. */
const spendingTypes = new Set(['DIRECTDEBIT', 'FEE', 'POS', 'SRVCHG']);
/** Aggregates inside a booking whose elements are not the booking's own. */
const inner = new Set(['PAYEE', 'CURRENCY', 'ORIGCURRENCY', 'BANKACCTTO', 'CCACCTTO', 'LOANACCTTO', 'IMAGEDATA']);
const statements = new Set(['STMTRS', 'CCSTMTRS', 'INVSTMTRS', 'LOANSTMTRS']);
const accounts = new Set(['BANKACCTFROM', 'CCACCTFROM', 'INVACCTFROM', 'LOANACCTFROM']);
/** Where one of these ends, a booking inside has ended too, even where its own end tag is missing. */
const containers = new Set(['STMTTRN', 'BANKTRANLIST', 'INVBANKTRAN', 'INVTRANLIST', ...statements, 'OFX']);

type Open = { line: number; fields: Map<string, string> };
/** More than any aggregate of the specification has; a file of nonsense must not fill the memory. */
const fieldsMax = 100;

/** The bookings of every statement of an OFX or QFX file, 1.x or 2.x. */
export class OfxParser implements RowParser {
  readonly rows: ReadRow[] = [];
  readonly #elements = new OfxElements((element) => this.#take(element));
  readonly #defaultCurrency: string;
  #currency = '';
  #account = '';
  #inAccount = false;
  #inSecurities = false;
  #status: Open | undefined;
  #booking: Open | undefined;
  #inner = '';
  #line = 1;
  #isComplete = false;

  constructor(defaultCurrency: string) {
    this.#defaultCurrency = defaultCurrency;
  }

  push(piece: string): boolean {
    this.#elements.push(piece);
    return true;
  }

  end(): void {
    this.#elements.end();
    if (this.#booking) this.#refuse(this.#booking.line, 'The file ends in the middle of this booking.');
    else if (!this.#isComplete) this.#refuse(this.#line, 'The file ends before </OFX>: bookings may be missing.');
  }

  #take(element: OfxElement): void {
    const { name, isClosing, line } = element;
    this.#line = line;
    if (isClosing ? containers.has(name) : name === 'STMTTRN') this.#finishBooking();
    if (this.#booking) this.#field(this.#booking, element);
    else if (name === 'STATUS') this.#startOrEndStatus(element);
    else if (name === 'INVTRANLIST') this.#inSecurities = !isClosing;
    else if (accounts.has(name)) this.#inAccount = !isClosing;
    else if (isClosing) this.#isComplete ||= name === 'OFX';
    else if (name === 'STMTTRN') this.#booking = { line, fields: new Map() };
    else if (statements.has(name)) this.#currency = this.#account = '';
    else if (name === 'CURDEF') this.#currency = element.text;
    else if (name === 'ACCTID' && this.#inAccount) this.#account = element.text;
    else if (name === 'STMTTRNP') this.#refuse(line, 'STMTTRNP is pending: the bank has not booked it yet.');
    else if (this.#inSecurities && securities.has(name))
      this.#refuse(line, `${name} is a securities transaction: only bookings of money can be imported.`);
    else if (this.#status && this.#status.fields.size < fieldsMax) this.#status.fields.set(name, element.text);
  }

  #field({ fields }: Open, { name, isClosing, text }: OfxElement): void {
    // With a text it is a value, not an aggregate: some banks write <PAYEE>Corner shop.
    if (inner.has(name)) this.#inner = isClosing || text ? '' : `${name}.`;
    const key = inner.has(name) ? name : this.#inner + name;
    if (!isClosing && !fields.has(key) && fields.size < fieldsMax) fields.set(key, text);
  }

  #finishBooking(): void {
    if (!this.#booking) return;
    const { line, fields } = this.#booking;
    this.#booking = undefined;
    this.#inner = '';
    const field = (name: string) => fields.get(name) || undefined;
    // <CURRENCY> says that TRNAMT is in another currency; <ORIGCURRENCY> only what it was converted from (OFX 5.2).
    const currency = field('CURRENCY.CURSYM') ?? field('CURRENCY') ?? (this.#currency || this.#defaultCurrency);
    const check = field('CHECKNUM')?.replace(/^0+/, '');
    const draft: Draft = {
      line,
      date: ofxDate(field('DTPOSTED')),
      money: ofxMoney(field('TRNAMT'), currency.toUpperCase()),
      isReversal: spendingTypes.has(field('TRNTYPE')?.toUpperCase() ?? ''),
      payee: field('NAME') ?? field('PAYEE.NAME') ?? field('PAYEE'),
      note: field('MEMO') ?? (check && `Check ${check}`),
      bankId: field('FITID'),
      account: this.#account,
    };
    this.rows.push(toRow(draft));
  }

  #refuse = (line: number, reason: string): void => void this.rows.push({ ok: false, line, reason });

  #startOrEndStatus({ isClosing, line }: OfxElement): void {
    const { line: start, fields } = this.#status ?? { line, fields: new Map<string, string>() };
    this.#status = isClosing ? undefined : { line, fields: new Map() };
    if (!isClosing || fields.get('SEVERITY')?.toUpperCase() !== 'ERROR') return;
    const message = quoted(fields.get('MESSAGE') || 'no message');
    this.#refuse(
      start,
      `The bank answered with an error instead of bookings: ${message} (code ${fields.get('CODE')}).`,
    );
  }
}

/** The day as the bank wrote it: "20090401122017.000[-5:EST]" is 1 April 2009, whatever the zone. */
function ofxDate(text: string | undefined): Reading<string> {
  const match = /^(\d{4})(\d\d)(\d\d)/.exec(text ?? '');
  if (!text) return { wrong: 'DTPOSTED is missing: a day like 20260131 is required.' };
  if (!match) return { wrong: `DTPOSTED ${quoted(text)} is no date: a day like 20260131 is required.` };
  return calendarDate(Number(match[1]), Number(match[2]), Number(match[3]), 'DTPOSTED', text);
}

function ofxMoney(text: string | undefined, currency: string): Reading<Money> {
  if (!text) return { wrong: 'TRNAMT is missing: an amount like -12.50 is required.' };
  // OFX allows a comma for the point, and no grouping.
  return money(text.replace(',', '.'), currency, 'TRNAMT');
}
