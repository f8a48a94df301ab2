import { Camt053Parser } from './camt053.ts';
import { openCsv } from './csv.ts';
import { decodeHead, decodeText, detectEncoding } from './decode.ts';
import { detectFormat } from './detect-format.ts';
import { Mt940Parser } from './mt940.ts';
import { OfxParser } from './ofx.ts';
import { peek } from './peek.ts';
import { QifParser } from './qif.ts';
import { parseRows } from './row-parser.ts';
import type { ReadOptions, StatementReader } from './statement.ts';

/** How much is read ahead to recognise format, encoding, date order and columns: about a thousand bookings. */
export const lookAheadBytes = 64 * 1024;

/**
 * Opens a bank's file: recognises encoding and format by its content, then reads it as a stream in constant memory.
 * A record that is wrong becomes a refused row with its line and reason; the good ones are kept.
 * @throws {UnreadableStatement} where the file as a whole is no statement; the source is closed then
 */
export async function readStatement(
  source: AsyncIterable<Uint8Array> | Uint8Array,
  options: ReadOptions,
): Promise<StatementReader> {
  const { head, isWhole, bytes, close } = await peek(source, lookAheadBytes);
  try {
    const encoding = detectEncoding(head, isWhole);
    const start = decodeHead(head, encoding, isWhole);
    const text = decodeText(bytes, encoding);
    const format = detectFormat(head, start);
    const reader = { format, encoding: encoding.name, mapping: null, columns: null, mappingKey: null };
    switch (format) {
      case 'ofx':
        return { ...reader, batches: parseRows(text, new OfxParser(options.currency)) };
      case 'qif':
        return { ...reader, batches: parseRows(text, new QifParser(start, options.currency)) };
      case 'camt.053':
        return { ...reader, batches: parseRows(text, new Camt053Parser(options.currency)) };
      case 'mt940':
        return { ...reader, batches: parseRows(text, new Mt940Parser(options.currency)) };
      case 'csv': {
        const { parser, ...layout } = await openCsv(start, isWhole, options);
        return { ...reader, ...layout, batches: parseRows(text, parser) };
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
}
