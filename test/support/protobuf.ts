/** One value on the wire: a number (varint, fixed32, fixed64), or bytes that hold text or a message. */
export type WireValue = bigint | Uint8Array;

/**
 * Reads the fields of a protobuf message by their number, repeated ones in order. Knows no schema: the caller says what they are.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function readMessage(bytes: Uint8Array): Map<number, WireValue[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = new Map<number, WireValue[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new RangeError('the message is cut off');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    let value: WireValue;
    if ((tag & 7) === 0) value = varint();
    else if ((tag & 7) === 2) value = take(Number(varint()));
    else if ((tag & 7) === 1) value = little(take(8));
    else if ((tag & 7) === 5) value = little(take(4));
    else throw new RangeError(`wire type ${tag & 7} is not in use`);
    const values = fields.get(tag >> 3);
    if (values) values.push(value);
    else fields.set(tag >> 3, [value]);
  }
  return fields;
}

const little = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
