import { expect } from 'chai';
import { fixture, readAll, rowsOf } from './testing.ts';

const ofx = (name: string) => rowsOf(fixture(`ofx/${name}.ofx`));
const sgml = (bookings: string, currency = 'EUR') =>
  `OFXHEADER:100\nDATA:OFXSGML\n\n<OFX><STMTRS><CURDEF>${currency}<BANKACCTFROM><ACCTID>42</BANKACCTFROM><BANKTRANLIST>${bookings}</BANKTRANLIST></STMTRS></OFX>`;

describe('readStatement of OFX files from banks', () => {
  it('books what comes back from a card, a fee or a direct debit as a refund, not as income', async () => {
    const bookings = ['POS', 'FEE', 'SRVCHG', 'DIRECTDEBIT', 'CREDIT', 'POS'].map(
      (type, index) =>
        `<STMTTRN><TRNTYPE>${type}<DTPOSTED>20260105<TRNAMT>${index === 5 ? '-' : ''}19.90<FITID>${index}<NAME>Shop</STMTTRN>`,
    );
    const { all } = await readAll(sgml(bookings.join('')));
    expect(all.flatMap((row) => (row.ok ? row.booking.kind : []))).to.deep.equal([
      ...['refund', 'refund', 'refund', 'refund'],
      ...['income', 'expense'],
    ]);
  });

  it('reads SGML under an XML header (anzcc)', async () => {
    expect(await ofx('anzcc')).to.deep.equal(['29: 2017-05-08 -550 AUD | SOME MEMO | ']);
  });

  it('reads unclosed elements on few lines, and takes the day as written whatever the zone (bank_medium)', async () => {
    const { all, encoding, format } = await readAll(fixture('ofx/bank_medium.ofx'));

    expect({ format, encoding }).to.deep.equal({ format: 'ofx', encoding: 'windows-1252' });
    expect(await ofx('bank_medium')).to.deep.equal([
      "15: 2009-04-01 -660 CAD | MCDONALD'S #112 | POS MERCHANDISE;MCDONALD'S #112",
      "16: 2009-04-02 -31667 CAD | Joe's Bald Hairstyles | MISCELLANEOUS PAYMENTS;Joe's Bald Hairstyles",
      "17: 2009-04-03 -2200 CAD | CONNIE'S HAIR D | POS MERCHANDISE;CONNIE'S HAIR D",
    ]);
    expect(all[0]).to.deep.equal({
      ok: true,
      line: 15,
      booking: {
        date: '2009-04-01',
        amount: 660,
        currency: 'CAD',
        kind: 'expense',
        payee: "MCDONALD'S #112",
        note: "POS MERCHANDISE;MCDONALD'S #112",
        bankId: '0000123456782009040100001',
        account: '12300 000012345678',
        categoryName: null,
      },
    });
  });

  it('finds no bookings where there are none (bank_small, multiple_accounts)', async () => {
    expect(await ofx('bank_small')).to.deep.equal([]);
    expect(await ofx('multiple_accounts')).to.deep.equal([]);
    expect(await ofx('multiple_accounts2')).to.deep.equal([]);
  });

  it('reads a list of bookings that is never closed (br_nubank_cc)', async () => {
    const { all } = await readAll(fixture('ofx/br_nubank_cc.ofx'));

    expect(await ofx('br_nubank_cc')).to.deep.equal([
      '40: 2024-03-23 -1300 BRL | -memo-message- | ',
      '48: 2024-03-23 -16290 BRL | -memo-message- | ',
      '56: 2024-03-23 -3346 BRL | -memo-message- | ',
      '64: 2024-03-22 -902 BRL | -memo-message- | ',
      '72: 2024-03-22 -10353 BRL | -memo-message- | ',
      '80: 2024-03-22 -95900 BRL | -memo-message- | ',
    ]);
    expect(all.map((row) => row.ok && row.booking.bankId)).to.deep.equal([
      '11111111-UUID-4747-8883-111111111111',
      '11111111-UUID-44dc-b153-111111111111',
      '11111111-UUID-4ec7-a011-111111111111',
      '11111111-UUID-4ca3-8d84-111111111111',
      '11111111-UUID-4b37-972f-111111111111',
      '11111111-UUID-427c-8fc0-111111111111',
    ]);
    expect(all[0]?.ok && all[0].booking.account).to.equal('11111111-UUID-UUID-UUID-111111111111');
  });

  it('reads income and expenses with name and memo (checking)', async () => {
    expect(await ofx('checking')).to.deep.equal([
      '46: 2011-03-31 +1 USD | DIVIDEND EARNED FOR PERIOD OF 03 | DIVIDEND EARNED FOR PERIOD OF 03/01/2011 THROUGH 03/31/2011 ANNUAL PERCENTAGE YIELD EARNED IS 0.05%',
      '54: 2011-04-05 -3451 USD | AUTOMATIC WITHDRAWAL, ELECTRIC BILL | AUTOMATIC WITHDRAWAL, ELECTRIC BILL WEB(S )',
      '62: 2011-04-07 -2500 USD | RETURNED CHECK FEE, CHECK # 319 | RETURNED CHECK FEE, CHECK # 319 FOR $45.33 ON 04/07/11',
    ]);
  });

  it('refuses bookings without a day, with an empty one, and with 31 February (date_missing)', async () => {
    expect(await ofx('date_missing')).to.deep.equal([
      '33: refused: DTPOSTED is missing: a day like 20260131 is required.',
      '40: refused: DTPOSTED is missing: a day like 20260131 is required.',
      '48: refused: DTPOSTED "20120231" is no day of the calendar.',
    ]);
  });

  it('names every wrong field of a booking at once (decimal_error)', async () => {
    expect(await ofx('decimal_error')).to.deep.equal([
      '34: refused: DTPOSTED "201120000000" is no day of the calendar. TRNAMT "$120" is no amount: only digits, a sign and decimals may stand there.',
    ]);
  });

  it('keeps the booking of a statement whose balance is empty (empty_balance)', async () => {
    expect(await ofx('empty_balance')).to.deep.equal(['29: 2011-03-08 +12000 CAD | Foobar | ']);
  });

  it('hands on what the bank says went wrong (error_message)', async () => {
    expect(await ofx('error_message')).to.deep.equal([
      '22: refused: The bank answered with an error instead of bookings: "General Server Error" (code 2000).',
    ]);
  });

  it('imports cash bookings of an investment account, and refuses fractions of a cent (fidelity-savings)', async () => {
    expect(await ofx('fidelity-savings')).to.deep.equal([
      '47: 2012-07-20 -150000 USD | Check Paid #0000001001 | ',
      '63: refused: TRNAMT "+00000000000115.8331" has more decimals than USD (2).',
      '78: refused: TRNAMT "-00000000000197.1063" has more decimals than USD (2).',
      '93: refused: TRNAMT "-00000000000197.1220" has more decimals than USD (2).',
    ]);
  });

  it('reads empty elements, and the currency of a booking where the statement has none (ofx-v102-empty-tags)', async () => {
    const { all } = await readAll(fixture('ofx/ofx-v102-empty-tags.ofx'));

    expect(await ofx('ofx-v102-empty-tags')).to.deep.equal(['23: 2018-05-07 +1234 AUD | CBA:Transfer | ']);
    expect(all[0]?.ok && all[0].booking.bankId).to.equal(null);
    expect(all[0]?.ok && all[0].booking.account).to.equal('12345678');
  });

  it('reads decimal commas (stmtrs_euro)', async () => {
    expect(await ofx('stmtrs_euro')).to.deep.equal([
      '38: 2005-10-04 -20000 USD | Check 1000 | ',
      '45: 2005-10-20 -30000 USD |  | ',
    ]);
  });

  it('reads XML with CDATA (suncorp)', async () => {
    expect(await ofx('suncorp')).to.deep.equal([
      '35: 2013-12-15 -1685 AUD | EFTPOS WDL HANDYWAY ALDI STORE | EFTPOS WDL HANDYWAY ALDI STORE GEELONG WEST VICAU',
    ]);
  });
});

describe('readStatement of OFX', () => {
  it('reads entities, stray ampersands and less-than signs as text', async () => {
    const booking =
      '<STMTTRN><DTPOSTED>20260105<TRNAMT>-1<NAME>H&M &amp; C&#38;A &lt;3 &unknown; 1 < 2<MEMO>&#xe9;t&eacute;</STMTTRN>';
    expect(await rowsOf(sgml(booking))).to.deep.equal([
      '4: 2026-01-05 -100 EUR | H&M & C&A <3 &unknown; 1 < 2 | ét&eacute;',
    ]);
  });

  it('ends a booking where the next starts, should its end tag be missing', async () => {
    const bookings = '<STMTTRN><DTPOSTED>20260105<TRNAMT>-1.5<NAME>A\n<STMTTRN><DTPOSTED>20260106<TRNAMT>2<NAME>B\n';
    expect(await rowsOf(sgml(bookings))).to.deep.equal([
      '4: 2026-01-05 -150 EUR | A | ',
      '5: 2026-01-06 +200 EUR | B | ',
    ]);
  });

  it('takes the amount to be in the currency of <CURRENCY>, and <ORIGCURRENCY> for information only', async () => {
    const booking = (aggregate: string) =>
      `<STMTTRN><DTPOSTED>20260105<TRNAMT>-10<NAME>A<${aggregate}><CURRATE>1.1<CURSYM>USD</${aggregate}></STMTTRN>`;
    expect(await rowsOf(sgml(booking('CURRENCY') + booking('ORIGCURRENCY')))).to.deep.equal([
      '4: 2026-01-05 -1000 USD | A | ',
      '4: 2026-01-05 -1000 EUR | A | ',
    ]);
  });

  it('reads the payee aggregate, and does not take the other account for its own', async () => {
    const booking =
      '<STMTTRN><DTPOSTED>20260105<TRNAMT>-10<FITID>7<PAYEE><NAME>Corner shop<CITY>Ghent</PAYEE><BANKACCTTO><ACCTID>99</BANKACCTTO><MEMO>Milk</STMTTRN>';
    const { all } = await readAll(sgml(booking));

    expect(all[0]?.ok && all[0].booking).to.deep.include({
      payee: 'Corner shop',
      note: 'Milk',
      account: '42',
      bankId: '7',
    });
  });

  it('refuses securities transactions and pending ones by name, and keeps the cash beside them', async () => {
    const list =
      '<BUYSTOCK><INVBUY><INVTRAN><FITID>1<DTTRADE>20260105</INVTRAN><UNITS>1</INVBUY></BUYSTOCK>' +
      '<INVBANKTRAN><STMTTRN><DTPOSTED>20260105<TRNAMT>-10<NAME>Fee</STMTTRN><SUBACCTFUND>CASH</INVBANKTRAN>' +
      '<STMTTRNP><TRNAMT>-1</STMTTRNP>';
    const file = `<OFX><INVSTMTRS><CURDEF>EUR<INVTRANLIST>${list}</INVTRANLIST></INVSTMTRS></OFX>`;
    expect(await rowsOf(file)).to.deep.equal([
      '1: refused: BUYSTOCK is a securities transaction: only bookings of money can be imported.',
      '1: 2026-01-05 -1000 EUR | Fee | ',
      '1: refused: STMTTRNP is pending: the bank has not booked it yet.',
    ]);
  });

  it('refuses zero, too much, and an unknown currency', async () => {
    const booking = (amount: string, rest = '') => `<STMTTRN><DTPOSTED>20260105<TRNAMT>${amount}${rest}</STMTTRN>`;
    const file = sgml(
      booking('0.00') +
        booking('-1000000000.00') +
        booking('999999999.99') +
        booking('1', '<CURRENCY><CURSYM>ZZZ</CURRENCY>'),
    );
    expect(await rowsOf(file)).to.deep.equal([
      '4: refused: TRNAMT is zero: no money moved.',
      '4: refused: TRNAMT "-1000000000.00" is larger than 999999999.99.',
      '4: 2026-01-05 +99999999999 EUR |  | ',
      '4: refused: The currency "ZZZ" of TRNAMT is not an ISO 4217 code like EUR.',
    ]);
  });

  it('says so where the file is cut off, inside a booking or between two', async () => {
    const whole = sgml(
      '<STMTTRN><DTPOSTED>20260105<TRNAMT>-10<NAME>A</STMTTRN>\n<STMTTRN><DTPOSTED>20260106<TRNAMT>-123.45<NAME>B</STMTTRN>',
    );

    expect(await rowsOf(whole.slice(0, whole.indexOf('3.45')))).to.deep.equal([
      '4: 2026-01-05 -1000 EUR | A | ',
      '5: refused: The file ends in the middle of this booking.',
    ]);
    expect(await rowsOf(whole.slice(0, whole.indexOf('\n<STMTTRN><DTPOSTED>20260106')))).to.deep.equal([
      '4: 2026-01-05 -1000 EUR | A | ',
      '4: refused: The file ends before </OFX>: bookings may be missing.',
    ]);
  });
});
