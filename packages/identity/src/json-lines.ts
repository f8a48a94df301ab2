/**
 * Values of lines of JSON, as they come.
 * @param lineBytesMax a line that has not ended after so many bytes is given up
 * @throws {Error} where a line is too long or no JSON, or the last one has no end
 */
export async function* jsonLines(chunks: AsyncIterable<Uint8Array>, lineBytesMax: number): AsyncGenerator<unknown> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    const bytes =
      rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let from = 0;
    // In UTF-8 the byte of a newline is part of no other character.
    for (let to = bytes.indexOf('\n'); to >= 0; to = bytes.indexOf('\n', from)) {
      yield JSON.parse(bytes.toString('utf8', from, to));
      from = to + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > lineBytesMax) throw new Error(`a line of more than ${lineBytesMax} bytes`);
  }
  if (rest.length > 0) throw new Error('the last line broke off');
}
