import { promisify } from 'node:util';
import type { CsvMapping } from '@outlay/contracts/import.ts';
import { CsvError, type Options, type Parser, parse } from 'csv-parse';
import { parse as parseAll } from 'csv-parse/sync';

/** One record with the lines it spans: a quoted field may hold line breaks. */
export type CsvRecord = { cells: string[]; line: number; endLine: number };

export type CsvSyntax = { delimiter: CsvMapping['delimiter']; hasQuotes: boolean };

/** Longer than any booking; a quote that is never closed would else swallow the file. */
const recordMax = 16_384;

function parserOptions(
  { delimiter, hasQuotes }: CsvSyntax,
  skippedLines: number,
  take: (record: CsvRecord) => void,
): Options {
  let line = skippedLines + 1;
  return {
    delimiter,
    quote: hasQuotes ? '"' : false,
    record_delimiter: '\n',
    relax_quotes: true,
    relax_column_count: true,
    max_record_size: recordMax,
    on_record: (cells: string[], { lines }) => {
      // csv-parse tells where a record ends: it starts where the one before ended.
      const endLine = lines + skippedLines;
      take({ cells, line, endLine });
      line = endLine + 1;
      return null; // nothing for the parser's own list or stream
    },
  };
}

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
  try {
    parseAll(
      text,
      parserOptions(syntax, 0, (record) => records.push(record)),
    );
    return { records };
  } catch (error) {
    if (error instanceof CsvError) return { records, error: error.code };
    throw error;
  }
}

/** The records behind a number of lines, as the text streams by. */
export class CsvRecords {
  readonly #parser: Parser;
  #linesToSkip: number;
  /** Where the next record starts. */
  nextLine: number;

  /** @param take is given each record as soon as it is read: a stream of records would cost as much as to read them */
  constructor(syntax: CsvSyntax, skippedLines: number, take: (record: CsvRecord) => void) {
    this.#linesToSkip = skippedLines;
    this.nextLine = skippedLines + 1;
    const options = parserOptions(syntax, skippedLines, (record) => {
      this.nextLine = record.endLine + 1;
      take(record);
    });
    this.#parser = parse(options);
    this.#parser.on('error', () => {}); // who wrote the piece is told it as well
  }

  /** @returns false where the next record has no end, and no more can be told apart */
  async push(piece: string): Promise<boolean> {
    const text = this.#withoutLines(piece);
    return text === '' || isParsed((done) => this.#parser.write(text, done));
  }

  /** @returns as `push` does */
  end = (): Promise<boolean> => isParsed((done) => this.#parser.end(done));

  #withoutLines(piece: string): string {
    let at = 0;
    for (; this.#linesToSkip > 0; this.#linesToSkip -= 1) {
      const end = piece.indexOf('\n', at);
      if (end < 0) return '';
      at = end + 1;
    }
    return piece.slice(at);
  }
}

async function isParsed(give: (done: (error?: Error | null) => void) => void): Promise<boolean> {
  try {
    await promisify(give)();
    return true;
  } catch (error) {
    if (error instanceof CsvError) return false;
    throw error;
  }
}
