import { bsonType, numberAt } from '../bson-values.ts';
import type { RollupPart } from './rollup-store.ts';

export interface NamedCell {
  readonly key: string;
  readonly sum: number;
  readonly count: number;
}

/** A rollup in its bytes. */
export interface RawRollup {
  readonly _id: string;
  /** The cells of a part; none where it lacks the part. Read each time: all of a figure's would fill the memory. @throws {TypeError} where it has others */
  cells(part: RollupPart): readonly NamedCell[];
}

/**
 * Finds the parts of a rollup in its bytes. A figure of two years reads thousands of cells of two numbers each, and the driver's
 * general way to make objects of documents takes several times as long: it was most of the time of `compare`.
 * @throws {TypeError} where it is no rollup
 */
export function readRollup(bytes: Uint8Array): RawRollup {
  const reader = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = new Map<string, number>();
  let _id = '';
  for (let at = 4; reader[at] !== 0; ) {
    const kind = reader[at]!;
    const nameEnd = reader.indexOf(0, at + 1);
    const name = reader.toString('latin1', at + 1, nameEnd);
    at = nameEnd + 1;
    const length = reader.readInt32LE(at);
    if (kind === bsonType.string && name === '_id') {
      _id = reader.toString('utf8', at + 4, at + 3 + length);
      at += 4 + length;
    } else if (kind === bsonType.document) {
      parts.set(name, at);
      at += length;
    } else throw new TypeError(`${name} of a rollup is of BSON's type ${kind}`);
  }
  return {
    _id,
    cells(part) {
      const start = parts.get(part);
      return start === undefined ? [] : readCells(reader, start);
    },
  };
}

/** Cells are documents of `sum` and `count`, in any order. */
function readCells(reader: Buffer, start: number): NamedCell[] {
  const cells: NamedCell[] = [];
  for (let at = start + 4; reader[at] !== 0; ) {
    if (reader[at] !== bsonType.document) throw new TypeError(`a cell of a rollup is of BSON's type ${reader[at]}`);
    const keyStart = ++at;
    let bits = 0;
    for (; reader[at] !== 0; at++) bits |= reader[at]!;
    // Of ASCII both make the same, one in half of the time.
    const key = reader.toString(bits < 0x80 ? 'latin1' : 'utf8', keyStart, at);
    const end = at + 1 + reader.readInt32LE(at + 1);
    let sum = 0;
    let count = 0;
    for (at += 5; at < end - 1; ) {
      const kind = reader[at]!;
      const isSum = reader[at + 1] === 0x73; // "s"
      at += isSum ? 5 : 7; // the type, "sum" or "count", and the 0 behind
      const value = numberAt(reader, kind, at);
      if (isSum) sum = value;
      else count = value;
      at += kind === bsonType.int32 ? 4 : 8;
    }
    cells.push({ key, sum, count });
    at = end;
  }
  return cells;
}
