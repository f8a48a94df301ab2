import { SaxesParser } from 'saxes';
import { type CamtNode, entryRows, type TransactionDetails, transactionDetails } from './camt053-entry.ts';
import type { RowParser } from './row-parser.ts';
import type { ReadRow } from './statement.ts';

/** Statements nest about 15 deep and have values of a few hundred characters; nonsense must not fill the memory. */
const depthMax = 100;
const textMax = 4_096;
const silenceMax = 256 * 1024;
/** Elements of one entry without its transactions, or of one transaction. */
const nodesMax = 5_000;
/** A batch of more transactions becomes one row. */
const detailsMax = 10_000;

/**
 * The booked entries of every statement of an ISO 20022 camt.053 message, v2 and later. A break in the XML ends the rows
 * with a refused one; entities of a DTD are never resolved, so that none can expand.
 */
export class Camt053Parser implements RowParser {
  readonly rows: ReadRow[] = [];
  readonly #currency: string;
  readonly #xml = new SaxesParser();
  readonly #path: string[] = [];
  #account = '';
  #hasStatement = false;
  #text = '';
  /** Elements that are open within an entry, outermost first. */
  #open: CamtNode[] = [];
  #entryLine = 0;
  #entryNodes = 0;
  #detailNodes = 0;
  #details: TransactionDetails[] = [];
  /** Characters since the parser last reported anything. */
  #silence = 0;
  #isStarted = false;
  #skippedLines = 0;

  constructor(currency: string) {
    this.#currency = currency;
    this.#xml.on('error', (error) => {
      throw error;
    });
    this.#xml.on('opentag', ({ name, attributes }) => this.#opened(localName(name), attributes.Ccy ?? ''));
    this.#xml.on('closetag', ({ name }) => this.#closed(localName(name)));
    this.#xml.on('text', (text) => this.#append(text));
    this.#xml.on('cdata', (text) => this.#append(text));
  }

  push(piece: string): boolean {
    return this.#try(() => {
      // XML allows nothing before its declaration; some banks put an empty line there.
      const xml = this.#isStarted ? piece : piece.trimStart();
      this.#isStarted ||= xml !== '';
      this.#skippedLines += piece.slice(0, piece.length - xml.length).split('\n').length - 1;
      this.#silence += xml.length;
      this.#xml.write(xml);
      if (this.#silence > silenceMax) throw new Error('a value is too long');
    });
  }

  end(): void {
    const line = this.#line(); // closing resets the parser
    const isWhole = this.#try(() => this.#xml.close());
    if (isWhole && !this.#hasStatement)
      this.rows.push({ ok: false, line, reason: 'The message holds no statement: a Stmt is required.' });
  }

  #try(read: () => void): boolean {
    try {
      read();
      return true;
    } catch (error) {
      const why = (error as Error).message.replace(/^\d+:\d+: /, '').replace(/\.$/, '');
      const reason = `The XML is broken here (${why.slice(0, 100)}): this and all that follows could not be read.`;
      this.rows.push({ ok: false, line: this.#line(), reason });
      return false;
    }
  }

  #line = (): number => this.#xml.line + this.#skippedLines;

  #opened(name: string, currency: string): void {
    this.#silence = 0;
    this.#text = '';
    if (this.#path.push(name) > depthMax) throw new Error('elements nest too deep');
    if (name === 'Stmt') {
      this.#hasStatement = true;
      this.#account = '';
    }
    const parent = this.#open.at(-1);
    if (!parent && name !== 'Ntry') return;
    const node: CamtNode = { name, text: '', currency, children: [] };
    this.#open.push(node);
    if (!parent) {
      this.#entryLine = this.#line();
      this.#entryNodes = 0;
      this.#details = [];
    } else if (name === 'TxDtls') this.#detailNodes = 0;
    else parent.children.push(node);
    const isDetail = this.#open.some((each) => each.name === 'TxDtls');
    if ((isDetail ? this.#detailNodes++ : this.#entryNodes++) > nodesMax) throw new Error('an entry is too long');
  }

  #closed(name: string): void {
    this.#silence = 0;
    const text = this.#text.trim();
    this.#text = '';
    const path = this.#path.slice(-4).join('/');
    if (path === 'Stmt/Acct/Id/IBAN' || path === 'Acct/Id/Othr/Id') if (this.#open.length === 0) this.#account = text;
    this.#path.pop();
    const node = this.#open.pop();
    if (!node) return;
    if (node.children.length === 0) node.text = text;
    if (name === 'TxDtls' && this.#details.length <= detailsMax) this.#details.push(transactionDetails(node));
    if (this.#open.length > 0) return;
    const details = this.#details.length > detailsMax ? [] : this.#details;
    const own = { line: this.#entryLine, account: this.#account, currency: this.#currency };
    this.rows.push(...entryRows(node, details, own));
  }

  #append(text: string): void {
    this.#silence = 0;
    if (this.#text.length < textMax) this.#text += text.slice(0, textMax - this.#text.length);
  }
}

/** "ns2:Ntry" is Ntry: some banks write a prefix. */
const localName = (name: string) => name.slice(name.indexOf(':') + 1);
