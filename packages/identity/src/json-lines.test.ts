import { expect } from 'chai';
import { jsonLines } from './json-lines.ts';

describe('lines of JSON', () => {
  const values = [{ payee: 'Café “Ü”' }, 1, [], { note: 'a\nb', smile: '🙂' }];
  const bytes = Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));

  async function* inPieces(text: Buffer, size: number) {
    for (let at = 0; at < text.length; at += size) yield text.subarray(at, at + size);
  }
  const read = async (text: Buffer | string, lineBytesMax = 100, size = 10) => {
    const found: unknown[] = [];
    for await (const value of jsonLines(inPieces(Buffer.from(text), size), lineBytesMax)) found.push(value);
    return found;
  };
  const failure = (reading: Promise<unknown>): Promise<Error> =>
    reading.then(
      () => expect.fail('it succeeded'),
      (error) => error,
    );

  it('are read in whatever pieces they come', async () => {
    for (let size = 1; size <= bytes.length; size++) expect(await read(bytes, 100, size)).to.deep.equal(values);
    expect(await read('')).to.deep.equal([]);
  });

  for (const [what, text, message] of [
    ['the last one has no end', '1\n2', /broke off/],
    ['one is empty', '1\n\n', /JSON/],
    ['one is no JSON', '1\n{"a"\n', /JSON/],
    ['one is longer than is allowed', `1\n"${'x'.repeat(200)}"\n`, /more than 100 bytes/],
  ] as const)
    it(`are given up where ${what}`, async () => {
      expect((await failure(read(text))).message).to.match(message);
    });

  it('let go of where they come from, however their reader ends', async () => {
    let ended = 0;
    async function* source() {
      try {
        for (;;) yield Buffer.from('1\n');
      } finally {
        ended++;
      }
    }
    for await (const _ of jsonLines(source(), 100)) break;
    expect(ended).to.equal(1);
  });
});
