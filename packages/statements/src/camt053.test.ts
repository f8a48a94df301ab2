import { expect } from 'chai';
import { fixture, readAll, rowsOf } from './testing.ts';

const camt = (name: string) => rowsOf(fixture(`camt053/${name}.xml`));
const message = (entries: string) =>
  `<?xml version="1.0"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>\n${entries}</Stmt></BkToCstmrStmt></Document>`;
const entry = (amount: string, rest: string, direction = 'DBIT') =>
  `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${direction}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-05</Dt></BookgDt>${rest}</Ntry>\n`;

describe('readStatement of camt.053 files', () => {
  it('reads version 2 with every kind of balance, none of which is a booking', async () => {
    const { all, format, encoding } = await readAll(fixture('camt053/camt053.v2.all-balance-types.xml'));

    expect({ format, encoding }).to.deep.equal({ format: 'camt.053', encoding: 'utf-8' });
    expect(all).to.deep.equal([
      {
        ok: true,
        line: 152,
        booking: {
          date: '2014-12-31',
          amount: 885,
          currency: 'EUR',
          kind: 'income',
          payee: 'Company Name',
          note: 'Transaction Description',
          bankId: '000000001@2014-12-31:885',
          account: 'CH2801234000123456789',
          categoryName: null,
        },
      },
    ]);
  });

  it('reads amounts with more decimals than the currency where the rest are zeros (five.decimals)', async () => {
    expect(await camt('camt053.v2.five.decimals')).to.deep.equal([
      '61: 2014-12-31 +885 EUR | Company Name | Transaction Description',
    ]);
  });

  it('takes the debtor for the other party of income, and the structured reference for the note (minimal)', async () => {
    expect(await camt('camt053.v2.minimal')).to.deep.equal(['90: 2014-12-31 +885 EUR | NAME NAME | 4654654654654654']);
  });

  it('reads every statement of a message (multi.statement)', async () => {
    expect(await camt('camt053.v2.multi.statement')).to.deep.equal([
      '66: 2014-12-31 +885 EUR | Company Name 1 | Transaction Description 1',
      '145: 2014-12-31 -700 EUR | Company Name 2 | Transaction Description 2',
    ]);
  });

  it('refuses a message without a statement (wrong)', async () => {
    expect(await camt('camt053.v2.wrong')).to.deep.equal([
      '10: refused: The message holds no statement: a Stmt is required.',
    ]);
  });

  it('reads versions 4 and 8, in which the details are no part of the amount', async () => {
    const { all } = await readAll(fixture('camt053/camt053.v8.xml'));

    expect(await camt('camt053.v4')).to.deep.equal(['110: 2014-12-31 +885 EUR | NAME NAME | 4654654654654654']);
    expect(await camt('camt053.v8')).to.deep.equal(['110: 2014-12-31 +885 EUR | NAME NAME | 4654654654654654']);
    expect(all[0]?.ok && all[0].booking).to.deep.include({
      bankId: 'AAAASESS-FP-CN_98765/01',
      account: 'NL26VAYB8060476890',
    });
  });

  it('finds no bookings in a statement with a balance only (only-Dt-with-DtTm)', async () => {
    expect(await camt('camt53.only-Dt-with-DtTm')).to.deep.equal([]);
  });
});

describe('readStatement of camt.053', () => {
  const part = (amount: string, name: string, ids = '') =>
    `<TxDtls><Refs>${ids}</Refs><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><RltdPties><Cdtr><Pty><Nm>${name}</Nm></Pty></Cdtr></RltdPties><RmtInf><Ustrd>for</Ustrd><Ustrd>${name}</Ustrd></RmtInf></TxDtls>`;

  it('makes a row of each transaction of a batch whose transactions add up to the entry', async () => {
    const batch = `<AcctSvcrRef>B1</AcctSvcrRef><NtryDtls>${part('10.00', 'Ada')}${part('20.50', 'Bo', '<AcctSvcrRef>X9</AcctSvcrRef>')}</NtryDtls>`;
    const { all } = await readAll(message(entry('30.50', batch)));

    expect(
      all.map((row) => row.ok && [row.booking.payee, row.booking.note, row.booking.amount, row.booking.bankId]),
    ).to.deep.equal([
      ['Ada', 'for Ada', 1000, 'B1/1'],
      ['Bo', 'for Bo', 2050, 'X9/2'],
    ]);
  });

  it('makes one row of a batch whose transactions do not add up, or have no amounts', async () => {
    const batch = `<NtryDtls>${part('10.00', 'Ada')}${part('20.00', 'Bo')}</NtryDtls><AddtlNtryInf>Batch of 2</AddtlNtryInf>`;
    expect(await rowsOf(message(entry('30.50', batch)))).to.deep.equal(['3: 2026-01-05 -3050 EUR | Batch of 2 | ']);
    expect(await rowsOf(message(entry('30.00', batch.replace(/<Amt.*?<\/Amt>/g, ''))))).to.deep.equal([
      '3: 2026-01-05 -3000 EUR | Batch of 2 | ',
    ]);
  });

  it('books the reversal of an expense as a refund, not as income, and the reversal of income as an expense', async () => {
    const { all } = await readAll(
      message(
        entry('19.90', '<RvslInd>true</RvslInd>', 'CRDT') +
          entry('19.90', '<RvslInd>true</RvslInd>', 'DBIT') +
          entry('19.90', '<RvslInd>false</RvslInd>', 'CRDT'),
      ),
    );
    expect(all.map((row) => row.ok && row.booking.kind)).to.deep.equal(['refund', 'expense', 'income']);
  });

  it('books a reversal in the direction it has, with the party of the original', async () => {
    const returned = `<RvslInd>true</RvslInd><NtryDtls><TxDtls><RltdPties><Dbtr><Nm>Me</Nm></Dbtr><Cdtr><Nm>Gym</Nm></Cdtr></RltdPties></TxDtls></NtryDtls>`;
    expect(await rowsOf(message(entry('25.00', returned, 'CRDT')))).to.deep.equal(['3: 2026-01-05 +2500 EUR | Gym | ']);
  });

  it('does not take the payer’s reference alone for an id: standing orders repeat it', async () => {
    const order = (ref: string) => `<NtryDtls><TxDtls><Refs><EndToEndId>${ref}</EndToEndId></Refs></TxDtls></NtryDtls>`;
    const { all } = await readAll(
      message(
        entry('5', order('RENT')) +
          entry('5', order('RENT')).replace('01-05', '02-05') +
          entry('5', order('NOTPROVIDED')),
      ),
    );
    expect(all.map((row) => row.ok && row.booking.bankId)).to.deep.equal([
      'RENT@2026-01-05:-500',
      'RENT@2026-02-05:-500',
      null,
    ]);
  });

  it('falls back to the value date, and takes the day of an instant as written', async () => {
    const dated = (date: string) => entry('1', '').replace(/<BookgDt>.*<\/BookgDt>/, date);
    expect(
      await rowsOf(
        message(
          dated('<ValDt><Dt>2026-02-01</Dt></ValDt>') +
            dated('<BookgDt><DtTm>2026-01-01T00:30:00+13:00</DtTm></BookgDt>') +
            dated('') +
            dated('<BookgDt><Dt>2026-02-30</Dt></BookgDt>'),
        ),
      ),
    ).to.deep.equal([
      '3: 2026-02-01 -100 EUR |  | ',
      '4: 2026-01-01 -100 EUR |  | ',
      '5: refused: BookgDt is missing, and ValDt too: a day like 2026-01-31 is required.',
      '6: refused: BookgDt "2026-02-30" is no day of the calendar.',
    ]);
  });

  it('refuses entries that are not booked, have no direction, or fractions of a cent', async () => {
    expect(
      await rowsOf(
        message(
          entry('1', '').replace('BOOK', 'PDNG') + entry('1', '', 'X') + entry('1.005', '') + entry('1.5000', ''),
        ),
      ),
    ).to.deep.equal([
      '3: refused: The entry has the status "PDNG": only booked ones (BOOK) count.',
      '4: refused: CdtDbtInd must be CRDT or DBIT.',
      '5: refused: Amt "1.005" has more decimals than EUR (2).',
      '6: 2026-01-05 -150 EUR |  | ',
    ]);
  });

  it('reads namespace prefixes and an empty line before the declaration', async () => {
    const prefixed = message(entry('1', '')).replace(/<(\/?)(?=[A-Z])/g, '<$1ns2:');
    expect(await rowsOf(`\n${prefixed}`)).to.deep.equal(['4: 2026-01-05 -100 EUR |  | ']);
  });

  it('keeps what stands before a break of the XML and says where it broke', async () => {
    const whole = message(entry('1', '') + entry('2', ''));
    expect(await rowsOf(whole.replace('>2<', '>2</Oops><'))).to.deep.equal([
      '3: 2026-01-05 -100 EUR |  | ',
      '4: refused: The XML is broken here (unexpected close tag): this and all that follows could not be read.',
    ]);
    expect(await rowsOf(whole.slice(0, whole.indexOf('>2<')))).to.deep.equal([
      '3: 2026-01-05 -100 EUR |  | ',
      '4: refused: The XML is broken here (unclosed tag: Ntry): this and all that follows could not be read.',
    ]);
  });

  it('expands no entity of a DTD', async () => {
    const bomb = '<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>\n';
    const file = message(entry('1', '') + entry('2', '<AddtlNtryInf>&b;</AddtlNtryInf>')).replace('?>\n', `?>${bomb}`);
    expect(await rowsOf(file)).to.deep.equal([
      '3: 2026-01-05 -100 EUR |  | ',
      '4: refused: The XML is broken here (undefined entity): this and all that follows could not be read.',
    ]);
  });
});
