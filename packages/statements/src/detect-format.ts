import type { StatementFormat } from '@outlay/contracts/import.ts';
import { UnreadableStatement } from './statement.ts';

const exportOneOf = 'Export the bookings as OFX, QIF, CSV, MT940 or camt.053.';

/** Files that people take for statements, by their first bytes (shown as Latin-1). */
const otherFiles: readonly [start: string, name: string][] = [
  ['%PDF', 'a PDF document'],
  ['PK\x03\x04', 'a ZIP archive or an Excel workbook'],
  ['\xd0\xcf\x11\xe0', 'an old Excel or Word document'],
  ['\x1f\x8b', 'a compressed (gzip) file'],
  ['\x89PNG', 'a picture'],
  ['\xff\xd8\xff', 'a picture'],
  ['{\\rtf', 'an RTF document'],
];

/**
 * The format by the content of the file's start; names lie.
 * @returns 'csv' for any other text: whether it is a table shows when its columns are looked at
 * @throws {UnreadableStatement} saying what the file is instead
 */
export function detectFormat(head: Uint8Array, text: string): StatementFormat {
  const latin1 = Buffer.from(head.subarray(0, 16)).toString('latin1');
  const other = otherFiles.find(([start]) => latin1.startsWith(start));
  if (other) throw new UnreadableStatement(`The file is ${other[1]}. ${exportOneOf}`);
  const start = text.trimStart();
  if (start === '') throw new UnreadableStatement('The file is empty.');
  if (/^OFXHEADER\s*:/i.test(start)) return 'ofx';
  if (start.startsWith('<')) return markupFormat(start);
  if (/^!(type|account|option|clear)\b/i.test(start)) return 'qif';
  // Some banks put a line or two of their own before the message.
  if (/^(\{4:)?:20:/m.test(start.slice(0, 1_000)) && /^:(25|28C?|60[FM]|61):/m.test(start)) return 'mt940';
  if (text.includes('\0')) throw new UnreadableStatement(`The file is no text. ${exportOneOf}`);
  return 'csv';
}

function markupFormat(start: string): StatementFormat {
  if (/<OFX[\s>]/i.test(start) || /<\?OFX\b/i.test(start)) return 'ofx';
  if (/<(\w+:)?BkToCstmrStmt[\s/>]/.test(start)) return 'camt.053';
  if (/<(\w+:)?BkToCstmrAcctRpt[\s/>]/.test(start))
    throw new UnreadableStatement('The file is a camt.052 report of the running day. Export the statement (camt.053).');
  if (/<(\w+:)?BkToCstmrDbtCdtNtfctn[\s/>]/.test(start))
    throw new UnreadableStatement('The file is a camt.054 notification. Export the statement (camt.053).');
  if (/<(!doctype )?html/i.test(start))
    throw new UnreadableStatement(`The file is a web page: the bank may have asked for a new login. ${exportOneOf}`);
  throw new UnreadableStatement(`The file is XML, but no statement. ${exportOneOf}`);
}
