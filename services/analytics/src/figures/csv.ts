import { formatDecimal } from '@outlay/contracts/minor-units.ts';

/** Text is made safe for spreadsheets, null stands for nothing; numbers and amounts go as they are. */
export type CsvCell = string | number | null | CsvAmount;
export interface CsvAmount {
  /** "-12.50" */
  readonly decimal: string;
}

/** Rows under named columns. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly CsvCell[])[];
}

/** What the answer is: its first row names the columns (RFC 4180, section 3). */
export const csvType = 'text/csv; charset=utf-8; header=present';

/** An amount in its currency's major unit, digit by digit: −1250 in EUR is −12.50, in JPY −1250. */
export const amount = (minor: number, currency: string): CsvAmount => ({ decimal: formatDecimal(minor, currency) });

/** RFC 4180: a header row, CRLF behind every row, quotes where a field needs them. */
export const toCsv = ({ columns, rows }: Table): string =>
  [columns, ...rows].map((row) => `${row.map(toField).join(',')}\r\n`).join('');

function toField(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  if (typeof cell === 'object') return cell.decimal;
  const safe = withoutFormula(cell);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * Puts an apostrophe before what a spreadsheet would run as a formula (OWASP, CSV injection): at the start, and behind whatever
 * some country's spreadsheet takes for a separator, since it then looks for quotes in other places than we put them.
 */
const withoutFormula = (text: string): string => text.replace(/(^|[,;|"\t\r\n])([\s"']*)(?=[=+\-@＝＋－＠])/g, "$1$2'");
