/** Types of BSON's elements that we store, see https://bsonspec.org/spec.html. */
export const bsonType = {
  double: 0x01,
  string: 0x02,
  document: 0x03,
  array: 0x04,
  objectId: 0x07,
  boolean: 0x08,
  date: 0x09,
  null: 0x0a,
  int32: 0x10,
  int64: 0x12,
} as const;

/** Where a value ends. @param at where it begins; @throws {TypeError} where we store none of its type */
export function valueEnd(reader: Buffer, type: number, at: number): number {
  switch (type) {
    case bsonType.string:
      return at + 4 + reader.readInt32LE(at);
    case bsonType.document:
    case bsonType.array:
      return at + reader.readInt32LE(at);
    case bsonType.objectId:
      return at + 12;
    case bsonType.double:
    case bsonType.int64:
    case bsonType.date:
      return at + 8;
    case bsonType.int32:
      return at + 4;
    case bsonType.boolean:
      return at + 1;
    case bsonType.null:
      return at;
    default:
      throw new TypeError(`a value of BSON's type ${type}`);
  }
}

/** A number, whichever of its types it has: MongoDB's $inc widens them as they grow. @throws {TypeError} where it is none */
export function numberAt(reader: Buffer, type: number, at: number): number {
  if (type === bsonType.int32) return reader.readInt32LE(at);
  if (type === bsonType.double) return reader.readDoubleLE(at);
  // Exact as far as a double is, and without a BigInt on the way.
  if (type === bsonType.int64 || type === bsonType.date)
    return reader.readInt32LE(at + 4) * 2 ** 32 + reader.readUInt32LE(at);
  throw new TypeError(`a number of BSON's type ${type}`);
}
