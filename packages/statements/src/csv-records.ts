import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CsvMapping } from '@outlay/contracts/import.ts';
import { CsvError, type Options, parse } from 'csv-parse';
import { parse as parseAll } from 'csv-parse/sync';

/** One record with the lines it spans: a quoted field may hold line breaks. */
export type CsvRecord = { cells: string[]; line: number; endLine: number };
/** The line from which on no records could be told apart. */
export type CsvBreak = { breaksAt: number };

export type CsvSyntax = { delimiter: CsvMapping['delimiter']; hasQuotes: boolean };

/** Longer than any booking; a quote that is never closed would else swallow the file. */
const recordMax = 16_384;

type Parsed = { record: string[]; info: { lines: number } };

const parserOptions = ({ delimiter, hasQuotes }: CsvSyntax): Options => ({
  delimiter,
  quote: hasQuotes ? '"' : false,
  record_delimiter: '\n',
  relax_quotes: true,
  relax_column_count: true,
  max_record_size: recordMax,
  info: true,
});

/** The records of a file's start; the last one may be missing where the start ends inside of it. */
export function sampleRecords(
  head: string,
  isWhole: boolean,
  delimiter: CsvMapping['delimiter'],
): CsvSyntax & { records: CsvRecord[] } {
  const lines = isWhole ? head : head.slice(0, head.lastIndexOf('\n') + 1);
  const quoted = collect(lines, { delimiter, hasQuotes: true });
  // A quote that opens and never closes is a mark like any other: this file does not quote.
  const isStray = quoted.error === 'CSV_MAX_RECORD_SIZE' || (isWhole && quoted.error === 'CSV_QUOTE_NOT_CLOSED');
  const syntax = { delimiter, hasQuotes: !isStray };
  return { ...syntax, records: isStray ? collect(lines, syntax).records : quoted.records };
}

function collect(text: string, syntax: CsvSyntax): { records: CsvRecord[]; error?: string } {
  const records: CsvRecord[] = [];
  const toRecord = toRecords(0);
  const keep = (parsed: unknown) => void records.push(toRecord(parsed as Parsed));
  try {
    parseAll(text, { ...parserOptions(syntax), on_record: keep });
    return { records };
  } catch (error) {
    if (error instanceof CsvError) return { records, error: error.code };
    throw error;
  }
}

/** The records behind a number of lines, as the text streams by; at a break they end with it. */
export async function* readRecords(
  text: AsyncIterable<string>,
  syntax: CsvSyntax,
  skippedLines: number,
): AsyncGenerator<CsvRecord | CsvBreak> {
  const parser = parse(parserOptions(syntax));
  const source = withoutLines(text, skippedLines);
  pipeline(Readable.from(source), parser).catch(() => {}); // the loop below meets the same error
  const toRecord = toRecords(skippedLines);
  let line = skippedLines;
  try {
    for await (const parsed of parser) {
      const record = toRecord(parsed as Parsed);
      line = record.endLine;
      yield record;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    yield { breaksAt: line + 1 };
  } finally {
    parser.destroy();
    await source.return(undefined); // streams close their source in their own time
  }
}

/** csv-parse tells where a record ends: it starts where the one before ended. */
function toRecords(skippedLines: number): (parsed: Parsed) => CsvRecord {
  let line = skippedLines + 1;
  return ({ record, info }) => {
    const endLine = info.lines + skippedLines;
    const read = { cells: record, line, endLine };
    line = endLine + 1;
    return read;
  };
}

async function* withoutLines(text: AsyncIterable<string>, lines: number): AsyncGenerator<string, void> {
  let left = lines;
  for await (const piece of text) {
    let at = 0;
    for (; left > 0; left -= 1) {
      const end = piece.indexOf('\n', at);
      if (end < 0) break;
      at = end + 1;
    }
    if (left === 0 && at < piece.length) yield piece.slice(at);
  }
}
