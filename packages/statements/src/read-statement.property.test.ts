import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CalendarDate, text } from '@outlay/contracts/common.ts';
import { Amount, Currency, formatDecimal } from '@outlay/contracts/money.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { lookAheadBytes } from './read-statement.ts';
import { UnreadableStatement } from './statement.ts';
import { chunked, fixture, readAll } from './testing.ts';

/** FC_SEED and FC_RUNS replay and deepen; fast-check prints the seed of a failure. */
const parameters = (runs: number) => ({
  numRuns: Number(process.env.FC_RUNS ?? runs),
  ...(process.env.FC_SEED ? { seed: Number(process.env.FC_SEED) } : {}),
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
function retainedBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

type Entry = { day: number; minor: number; payee: string; note: string };

/** Characters that every encoding of the test can write; none makes an amount or a date of a name. */
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHXYZ äöüßéèñçøåÆœ€’–&<>#%;,|"\'=+@()/.!?0123456789';
const word = (max: number) =>
  fc
    .string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: max })
    .map((raw) => raw.replace(/ +/g, ' ').trim())
    .map((raw) => `Ü${raw}`);
const entries: fc.Arbitrary<Entry[]> = fc
  .array(
    fc.record({
      day: fc.integer({ min: 1, max: 28 }),
      minor: fc.integer({ min: 1, max: 99_999_999_999 }).chain((minor) => fc.constantFrom(minor, -minor)),
      payee: word(40),
      note: fc.oneof(fc.constant(''), word(60)),
    }),
    { minLength: 1, maxLength: 30 },
  )
  // One day past the twelfth and one whole amount in each direction, without which a file may not tell how to read it.
  .map((list) => [
    ...list,
    { day: 27, minor: -123_456, payee: 'Üanchor', note: '' },
    { day: 28, minor: 123_456, payee: 'Üanchor', note: '' },
  ]);

const two = (number: number) => String(number).padStart(2, '0');
const dateStyles: Record<string, (day: number) => string> = {
  iso: (day) => `2026-03-${two(day)}`,
  compact: (day) => `202603${two(day)}`,
  german: (day) => `${day}.3.2026`,
  'two-digit year': (day) => `${two(day)}.03.26`,
  british: (day) => `${two(day)}/03/2026`,
  american: (day) => `3/${day}/2026`,
  named: (day) => `${day} Mar 2026`,
  'with time': (day) => `2026-03-${two(day)} 23:59:59`,
};
const headers = {
  english: ['Date', 'Description', 'Notes', 'Amount', 'Debit', 'Credit', 'Debit/Credit'],
  german: ['Buchungstag', 'Empfänger', 'Verwendungszweck', 'Betrag', 'Soll', 'Haben', 'Soll/Haben'],
  french: ['Date opération', 'Bénéficiaire', 'Communication', 'Montant', 'Débit', 'Crédit', 'Sens'],
  spanish: ['Fecha operación', 'Beneficiario', 'Observaciones', 'Importe', 'Cargo', 'Abono', 'Signo'],
  dutch: ['Datum', 'Naam / Omschrijving', 'Mededelingen', 'Bedrag', 'Af', 'Bij', 'Af Bij'],
  portuguese: ['Data', 'Nome', 'Observações', 'Valor', 'Débito', 'Crédito', 'Tipo'],
};
const encodings = ['utf-8', 'utf-8 bom', 'windows-1252', 'utf-16le', 'utf-16le bom', 'utf-16be bom'];
const dialects = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  quotesAll: fc.boolean(),
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  date: fc.constantFrom(...Object.keys(dateStyles)),
  decimal: fc.constantFrom('.', ','),
  group: fc.constantFrom('', 'other', ' ', "'", '\u00a0'),
  sign: fc.constantFrom('-1', '1-', '(1)', 'DR', 'columns', 'zero columns', 'words'),
  unit: fc.constantFrom('', ' €', ' EUR'),
  language: fc.constantFrom(...(Object.keys(headers) as (keyof typeof headers)[])),
  preamble: fc.integer({ min: 0, max: 6 }),
  footer: fc.boolean(),
  encoding: fc.constantFrom(...encodings),
  order: fc.uniqueArray(fc.nat(), { minLength: 6, maxLength: 6 }),
});
type Dialect = typeof dialects extends fc.Arbitrary<infer T> ? T : never;

function render(list: Entry[], dialect: Dialect): Uint8Array {
  const { delimiter, decimal, sign, unit } = dialect;
  const [date, payee, note, amount, debit, credit, direction] = headers[dialect.language] as string[];
  const group = dialect.group === 'other' ? (decimal === '.' ? ',' : '.') : dialect.group;
  const plain = (minor: number) => {
    const [whole, cents] = formatDecimal(Math.abs(minor), 'EUR').split('.') as [string, string];
    return `${whole.replace(/\B(?=(\d{3})+$)/g, group)}${decimal}${cents}`;
  };
  const signed = (minor: number) => {
    const text = plain(minor) + unit;
    if (minor > 0) return sign === 'DR' ? `${text} CR` : text;
    const styles: Record<string, string> = {
      '-1': `-${text}`,
      '1-': `${plain(minor)}-${unit}`,
      '(1)': `(${text})`,
      DR: `${text} DR`,
    };
    return styles[sign] ?? text;
  };
  const nothing = sign === 'zero columns' ? `0${decimal}00` : '';
  const isSplit = sign.endsWith('columns');
  const columns = [
    date,
    payee,
    note,
    ...(isSplit ? [debit, credit] : [amount]),
    ...(sign === 'words' ? [direction] : []),
  ];
  const order = [...columns.keys()].sort((a, b) => dialect.order[a]! - dialect.order[b]!);
  const line = (cells: string[]) => order.map((column) => quote(cells[column] ?? '')).join(delimiter);
  const quote = (cell: string) =>
    dialect.quotesAll || cell.includes(delimiter) || cell.includes('"') ? `"${cell.replaceAll('"', '""')}"` : cell;
  const rows = list.map((entry) =>
    line([
      dateStyles[dialect.date]!(entry.day),
      entry.payee,
      entry.note,
      ...(isSplit
        ? [entry.minor < 0 ? plain(entry.minor) : nothing, entry.minor > 0 ? plain(entry.minor) : nothing]
        : [signed(entry.minor)]),
      ...(sign === 'words' ? [entry.minor < 0 ? 'Debit' : 'Credit'] : []),
    ]),
  );
  const preamble = ['Account 12345678', '', 'Statement of March', 'Page 1', '', 'Your bank'].slice(0, dialect.preamble);
  const footer = dialect.footer ? [line(['Total', '', '', isSplit ? '' : '1'])] : [];
  const text = [...preamble, line(columns as string[]), ...rows, ...footer, ''].join(dialect.lineEnd);
  return encode(text, dialect.encoding);
}

function encode(text: string, encoding: string): Uint8Array {
  const marked = encoding.endsWith('bom') ? `\ufeff${text}` : text;
  if (encoding.startsWith('utf-8')) return Buffer.from(marked);
  if (encoding === 'windows-1252') return Uint8Array.from(text, (char) => cp1252.get(char) ?? char.charCodeAt(0));
  const bytes = Buffer.from(marked, 'utf16le');
  return encoding.startsWith('utf-16be') ? bytes.swap16() : bytes;
}
/** Windows-1252 where it differs from Latin-1. */
const cp1252 = new Map([...'€œ’–'].map((char, index) => [char, [0x80, 0x9c, 0x92, 0x96][index]!]));

describe('any bookings', () => {
  it('written as CSV in any dialect and encoding are read back as they were', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(entries, dialects, async (list, dialect) => {
        const { all } = await readAll(render(list, dialect));

        expect(
          all.map((row) => (row.ok ? row.booking : row.reason)),
          JSON.stringify(dialect),
        ).to.deep.equal(
          list.map(({ day, minor, payee, note }) => ({
            date: `2026-03-${two(day)}`,
            amount: Math.abs(minor),
            currency: 'EUR',
            kind: minor < 0 ? 'expense' : 'income',
            payee,
            note: note === payee ? '' : note,
            bankId: null,
            account: null,
            categoryName: null,
          })),
        );
      }),
      parameters(300),
    );
  });
});

const fixtures = ['ofx', 'camt053', 'csv', 'qif', 'mt940'].flatMap((folder) =>
  readdirSync(new URL(`../fixtures/${folder}`, import.meta.url)).map((name) => `${folder}/${name}`),
);

/** The rows, or the sentence of the refusal; anything else fails the test. */
async function outcome(source: Uint8Array | AsyncIterable<Uint8Array>) {
  try {
    const { all, batches: _, ...reader } = await readAll(source);
    return { reader, all };
  } catch (error) {
    if (error instanceof UnreadableStatement) return { refusal: error.message };
    throw error;
  }
}

describe('the chunks of a source', () => {
  for (const path of fixtures)
    it(`do not matter: ${path}`, async () => {
      const bytes = fixture(path);
      const whole = await outcome(bytes);
      expect(await outcome(chunked(bytes, [...bytes.keys()]))).to.deep.equal(whole);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat({ max: bytes.length }), { maxLength: 10 }), async (cuts) => {
          expect(await outcome(chunked(bytes, cuts))).to.deep.equal(whole);
        }),
        parameters(20),
      );
    });

  it('do not matter where white space stands before the XML', async () => {
    const bytes = Buffer.concat([Buffer.from('\r\n \r\n'), fixture('camt053/camt053.v8.xml')]);
    const whole = await outcome(bytes);

    expect(whole.all?.[0]).to.deep.include({ ok: true, line: 112 });
    expect(await outcome(chunked(bytes, [...bytes.keys()]))).to.deep.equal(whole);
  });

  it('do not matter beyond the look-ahead either', async function () {
    this.timeout(60_000);
    const line = (i: number) => `05.01.2026;Käse ${i};"-1.0${i % 10},5${i % 10}"\r\n`;
    const rows = Array.from({ length: lookAheadBytes / 16 }, (_, i) => line(i)).join('');
    const bytes = Buffer.from(`Datum;Name;Betrag\r\n${rows}`, 'latin1');
    const whole = await outcome(bytes);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: bytes.length }), { minLength: 1, maxLength: 200 }), async (cuts) => {
        expect(await outcome(chunked(bytes, cuts))).to.deep.equal(whole);
      }),
      parameters(5),
    );
  });
});

describe('any bytes', () => {
  const starts = [
    '',
    'OFXHEADER:100\n\n<OFX><STMTRS><BANKTRANLIST><STMTTRN>',
    '<?xml version="1.0"?><Document><BkToCstmrStmt><Stmt><Ntry>',
    '!Type:Bank\nD2026-01-05\nT-1\n',
    'Date,Description,Amount\n2026-01-05,Shop,-1.00\n',
    '\xff\xfe',
  ];
  const markup = fc.constantFrom(
    '<',
    '>',
    '</',
    '"',
    '\n',
    '^',
    ',',
    ';',
    '&',
    '<STMTTRN>',
    '</STMTTRN>',
    '<![CDATA[',
    '<!--',
    '<TRNAMT>',
    '-12,50',
    '<Ntry>',
    '</Ntry>',
    '2026-01-05',
    '€',
  );
  const nonsense = fc.oneof(
    fc.uint8Array({ maxLength: 2_000 }),
    fc.array(markup, { maxLength: 300 }).map((parts) => new TextEncoder().encode(parts.join(''))),
  );
  /** What the rest of the house may rely on. */
  const check = async (bytes: Uint8Array) => {
    const { all = [], refusal } = await outcome(bytes);
    if (refusal !== undefined) expect(refusal).to.match(/^The .+\.$/);
    for (const row of all) {
      expect(row.line).to.be.at.least(1);
      if (!row.ok) expect(row.reason).to.match(/^.{5,400}\.$/);
      else {
        const { date, amount, currency, payee, note } = row.booking;
        CalendarDate.parse(date);
        Amount.parse(amount);
        Currency.parse(currency);
        text(200).parse(payee);
        text(2_000).parse(note);
        expect(`${payee}${note}`.isWellFormed()).to.equal(true);
      }
    }
  };

  it('are read or refused, and never break the reader', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...starts), nonsense, async (start, rest) => {
        await check(Buffer.concat([Buffer.from(start, 'latin1'), rest]));
      }),
      parameters(1_500),
    );
  });

  it('in the midst of a real statement are read or refused too', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...fixtures),
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 40 }), nonsense), { minLength: 1, maxLength: 4 }),
        async (path, changes) => {
          let bytes = fixture(path);
          for (const [where, deleted, inserted] of changes) {
            const at = where % (bytes.length + 1);
            bytes = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + deleted)]);
          }
          await check(bytes);
        },
      ),
      parameters(500),
    );
  });

  // Each would take hours or all memory, were it not bounded: an open quote, value, tag, entry, or a line without end.
  for (const [what, start, repeated] of [
    ['an open quote', 'Date,Payee,Amount\n2026-01-05,A,-1\n', '"a,b\n'],
    ['a line', 'Date,Payee,Amount\n', 'x'],
    ['white space in a date', 'Date,Payee,Amount\n2026-01-05,A,-1\n', '   '],
    ['an OFX value', '<OFX><STMTTRN><NAME>', 'aé'],
    ['an OFX tag', '<OFX><', 'TAG'],
    ['OFX elements', '<OFX><STMTTRN>', '<A1>x'],
    ['an OFX comment', '<OFX><!--', '-'],
    ['CDATA', '<OFX><STMTTRN><NAME><![CDATA[', ']'],
    ['XML depth', '<Document><BkToCstmrStmt>', '<a>'],
    ['XML text', '<Document><BkToCstmrStmt><Stmt><Ntry>', 'text'],
    ['XML attributes', '<Document><BkToCstmrStmt><Stmt><Ntry', ' a="b"'],
    ['an XML entry', '<Document><BkToCstmrStmt><Stmt><Ntry>', '<Amt>1</Amt>'],
    ['details of an entry', '<Document><BkToCstmrStmt><Stmt><Ntry><NtryDtls>', '<TxDtls><Amt>1</Amt></TxDtls>'],
    ['a QIF record', '!Type:Bank\n', 'Mmemo\n'],
    ['a QIF line', '!Type:Bank\nM', 'memo'],
  ] as const)
    it(`without end are bounded: ${what}`, async function () {
      this.timeout(30_000);
      const piece = Buffer.from(repeated.repeat(Math.ceil(65_536 / repeated.length)));
      const before = retainedBytes();
      let most = 0;
      async function* source() {
        yield Buffer.from(start);
        for (let i = 0; i < 96; i++) {
          yield piece;
          if (i % 16 === 15) most = Math.max(most, retainedBytes() - before);
        }
      }
      const result = await outcome(source());

      expect(result.refusal ?? result.all?.filter(({ ok }) => !ok).length).to.be.ok;
      // Six megabytes went in.
      expect(most).to.be.below(5 * 1024 * 1024);
    });
});
