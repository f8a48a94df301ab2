import type { ReadRow } from './statement.ts';

/** A parser that is fed with text and collects rows; synchronous, because a promise per tag or line would cost more than it. */
export type RowParser = {
  /** What was read since it was last emptied. */
  readonly rows: ReadRow[];
  /** @returns false where nothing more can be read: the last row says why */
  push(piece: string): boolean;
  end(): void;
};

/** The rows of a text as it streams by; no more of them are held than one piece makes. */
export async function* parseRows(text: AsyncIterable<string>, parser: RowParser): AsyncGenerator<ReadRow> {
  for await (const piece of text) {
    const goesOn = parser.push(piece);
    yield* parser.rows.splice(0);
    if (!goesOn) return;
  }
  parser.end();
  yield* parser.rows.splice(0);
}
