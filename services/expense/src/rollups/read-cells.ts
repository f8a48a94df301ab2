import type { StoredCell, StoredRollup } from './rollup-store.ts';

/** Types of BSON's elements that a rollup has, see https://bsonspec.org/spec.html. */
const type = { double: 0x01, string: 0x02, document: 0x03, int32: 0x10, int64: 0x12 } as const;

/**
 * Reads a rollup from its bytes. A figure of two years reads thousands of cells of two numbers each, and the driver's general way to
 * make objects of documents takes several times as long: it was most of the time of `compare`.
 * @throws {TypeError} where it is no rollup
 */
export function readRollup(bytes: Uint8Array): StoredRollup {
  const reader = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rollup: Record<string, unknown> = {};
  for (let at = 4; reader[at] !== 0; ) {
    const kind = reader[at]!;
    const nameEnd = reader.indexOf(0, at + 1);
    const name = reader.toString('latin1', at + 1, nameEnd);
    at = nameEnd + 1;
    const length = reader.readInt32LE(at);
    if (kind === type.string) {
      rollup[name] = reader.toString('utf8', at + 4, at + 3 + length);
      at += 4 + length;
    } else if (kind === type.document) {
      rollup[name] = readCells(reader, at);
      at += length;
    } else throw new TypeError(`${name} of a rollup is of BSON's type ${kind}`);
  }
  return rollup as unknown as StoredRollup;
}

/** Cells are documents of `sum` and `count`, in any order. */
function readCells(reader: Buffer, start: number): Record<string, StoredCell> {
  const cells: Record<string, StoredCell> = {};
  for (let at = start + 4; reader[at] !== 0; ) {
    if (reader[at] !== type.document) throw new TypeError(`a cell of a rollup is of BSON's type ${reader[at]}`);
    const keyStart = ++at;
    while (reader[at] !== 0) at++;
    const key = reader.toString('utf8', keyStart, at);
    const end = at + 1 + reader.readInt32LE(at + 1);
    const cell = { sum: 0, count: 0 };
    for (at += 5; at < end - 1; ) {
      const kind = reader[at]!;
      const isSum = reader[at + 1] === 0x73; // "s"
      at += isSum ? 5 : 7; // the type, "sum" or "count", and the 0 behind
      let value: number;
      if (kind === type.int32) value = reader.readInt32LE(at);
      else if (kind === type.double) value = reader.readDoubleLE(at);
      else if (kind === type.int64) value = Number(reader.readBigInt64LE(at));
      else throw new TypeError(`a sum of a rollup is of BSON's type ${kind}`);
      if (isSum) cell.sum = value;
      else cell.count = value;
      at += kind === type.int32 ? 4 : 8;
    }
    cells[key] = cell;
    at = end;
  }
  return cells;
}
