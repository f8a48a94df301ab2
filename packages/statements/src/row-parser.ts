import type { ReadRow } from './statement.ts';

/** A parser that is fed with text and collects rows: a promise per tag, line or row would cost more than to read it. */
export type RowParser = {
  /** What was read since it was last emptied. */
  readonly rows: ReadRow[];
  /** @returns false where nothing more can be read: the last row says why */
  push(piece: string): boolean | Promise<boolean>;
  end(): void | Promise<void>;
};

/** The rows of a text as it streams by, those of one piece together. */
export async function* parseRows(text: AsyncIterable<string>, parser: RowParser): AsyncGenerator<ReadRow[]> {
  for await (const piece of text) {
    const goesOn = await parser.push(piece);
    yield parser.rows.splice(0);
    if (!goesOn) return;
  }
  await parser.end();
  yield parser.rows.splice(0);
}
