import { expect } from 'chai';
import { brief, fixture, readAll, rowsOf } from './testing.ts';

/** Reads a fixture: its rows, what was recognised, and the bookings of its good rows. */
async function csv(name: string, currency = 'EUR') {
  const reader = await readAll(fixture(`csv/${name}.csv`), { currency });
  const bookings = reader.all.flatMap((row) => (row.ok ? [row.booking] : []));
  return { ...reader, rows: reader.all.map(brief), bookings };
}

describe('readStatement of banks’ CSV files', () => {
  it('N26: UTF-8, the unit in the heading, an original amount beside', async () => {
    expect((await csv('n26', 'USD')).rows).to.deep.equal([
      '2: 2026-01-02 -480 EUR | Bäckerei Müller | ',
      '3: 2026-01-05 -115000 EUR | Hausverwaltung Süd GmbH | Miete Januar, Wohnung 12',
      '4: 2026-01-07 -1163 EUR | LONDON TRANSPORT | ',
      '5: 2026-01-28 +321455 EUR | Beispiel AG | Gehalt 01/2026',
    ]);
  });

  it('ING: a column of directions, compact dates, quotes within quotes', async () => {
    const { rows, mapping } = await csv('ing-nl');

    expect(mapping).to.deep.equal({
      delimiter: ';',
      headerRows: 1,
      date: 0,
      dateOrder: 'ymd',
      amount: 6,
      debit: null,
      credit: null,
      sign: 5,
      decimal: ',',
      negate: false,
      currency: null,
      bankId: null,
      category: null,
      payee: 1,
      note: 8,
    });
    expect(rows).to.deep.equal([
      '2: 2026-01-05 -2345 EUR | Albert Heijn 1234 AMSTERDAM | Pasvolgnr: 001 05-01-2026 17:03 Transactie: A1B2C3',
      '3: 2026-01-04 +125000 EUR | Hr J. de Vries | Naam: Hr J. de Vries Omschrijving: huur',
      '4: 2026-01-03 -800 EUR | Café "De Kroon" | Pasvolgnr: 001',
    ]);
  });

  it('Deutsche Bank: Windows-1252, a preamble, an empty Betrag beside Soll and Haben, a balance at the end', async () => {
    const { rows, encoding, mapping } = await csv('deutsche-bank');

    expect(encoding).to.equal('windows-1252');
    expect(mapping).to.deep.include({ headerRows: 5, amount: null, debit: 15, credit: 16, currency: 17 });
    expect(rows).to.deep.equal([
      '6: 2025-12-15 -8500 EUR | Stadtwerke München | Abschlag Strom 12/25',
      '7: 2025-12-29 +234567 EUR | Beispiel AG | Lohn Dezember',
      '8: 2026-01-05 -102400 EUR | Änderungsschneiderei Groß | ',
    ]);
  });

  it('Sparkasse (CSV-CAMT): two-digit years, a payee that may be empty', async () => {
    expect((await csv('sparkasse-camt')).rows).to.deep.equal([
      '2: 2026-01-30 -2490 EUR | TSV Köln e.V. | Beitrag Fußball',
      '3: 2026-01-29 -395 EUR | Entgeltabrechnung siehe Anlage | ',
      '4: 2026-01-02 +2000 EUR | Jörg Weiß | Danke für’s Essen – 20 €',
    ]);
  });

  it('Revolut: a currency per row, times of day, pending payments refused', async () => {
    expect((await csv('revolut')).rows).to.deep.equal([
      '2: 2026-01-03 -645 GBP | Pret A Manger | ',
      '3: 2026-01-04 +25000 GBP | Payment from Ada Lovelace | ',
      '4: 2026-02-01 -1200 JPY | Tokyo Metro | ',
      '5: refused: Column "Completed Date" is empty: a date is required.',
    ]);
  });

  it('Chase: month first, where the ledger is in dollars and the days do not tell', async () => {
    expect((await csv('chase-checking', 'USD')).rows).to.deep.equal([
      '2: 2026-01-05 -12017 USD | ORIG CO NAME:CITY POWER, LIGHT | ',
      '3: 2026-01-04 +200000 USD | PAYROLL ACME INC | ',
      '4: 2026-01-02 -7500 USD | CHECK 1041 | ',
    ]);
  });

  it('American Express: what was spent is positive', async () => {
    expect((await csv('amex', 'USD')).rows).to.deep.equal([
      '2: 2026-01-03 -8420 USD | WHOLE FOODS MARKET | ',
      '3: 2026-01-09 -131255 USD | DELTA AIR LINES | ',
      '4: 2026-01-20 +50000 USD | ONLINE PAYMENT - THANK YOU | ',
    ]);
  });

  it('Barclays: day first, a memo in place of a payee', async () => {
    expect((await csv('barclays', 'GBP')).rows).to.deep.equal([
      '2: 2026-01-23 -999 GBP | NETFLIX.COM ON 22 JAN BCC | ',
      '3: 2026-01-05 +145000 GBP | ACME LTD SALARY | ',
    ]);
  });

  it('PayPal: byte order mark, CR LF, what was received after fees, the bank’s own id', async () => {
    const { rows, bookings } = await csv('paypal-de');

    expect(rows).to.deep.equal([
      '2: 2026-01-03 -2490 EUR | Buchladen Löwe | ',
      '3: 2026-01-04 +9680 USD | Ada Lovelace | ',
    ]);
    expect(bookings.map(({ bankId }) => bankId)).to.deep.equal(['8AB12345CD678901E', '9ZZ12345CD678901F']);
  });

  it('Boursorama: spaces between thousands, categories', async () => {
    const { rows, bookings } = await csv('boursorama');

    expect(rows).to.deep.equal([
      '2: 2026-01-06 -123456 EUR | carrefour | CARTE 05/01/26 CARREFOUR',
      '3: 2026-01-05 +250000 EUR | acme | VIR SALAIRE',
    ]);
    expect(bookings.map(({ categoryName }) => categoryName)).to.deep.equal(['Alimentation', 'Salaires']);
  });

  it('Crédit Agricole: records over several lines, with the line where each starts', async () => {
    expect((await csv('credit-agricole')).rows).to.deep.equal([
      '9: 2026-01-30 -4500 EUR | PAIEMENT PAR CARTE SNCF INTERNET PARIS 28/01 | ',
      '12: 2026-01-03 +118420 EUR | VIREMENT EN VOTRE FAVEUR CAF DE PARIS | ',
    ]);
  });

  it('Santander: UTF-16, the sign € behind the amount', async () => {
    const { rows, encoding } = await csv('santander-es');

    expect(encoding).to.equal('utf-16le');
    expect(rows).to.deep.equal([
      '2: 2026-01-15 -3510 EUR | Compra Mercadona, Madrid | ',
      '3: 2026-01-02 +200000 EUR | Nómina Empresa S.A. | ',
    ]);
  });

  it('Caixa: tabs, debit and credit, a total at the end', async () => {
    expect((await csv('caixa-pt')).rows).to.deep.equal([
      '2: 2026-01-13 -5230 EUR | Compra Continente Lisboa | ',
      '3: 2026-01-12 +200000 EUR | TRF de João Gonçalves | ',
    ]);
  });

  it('UBS: apostrophes between thousands, negative debits, numbered descriptions', async () => {
    const { rows, bookings } = await csv('ubs-ch');

    expect(rows).to.deep.equal([
      '8: 2026-01-15 -125000 CHF | Immobilien Zürich AG | Dauerauftrag',
      '9: 2026-01-25 +680050 CHF | Arbeitgeber AG | Gutschrift',
    ]);
    expect(bookings[0]?.bankId).to.equal('9930715TO1234567');
  });

  it('Wells Fargo: no header at all', async () => {
    const { rows, columns, mapping } = await csv('wells-fargo', 'USD');

    expect(mapping).to.deep.include({ headerRows: 0, date: 0, dateOrder: 'mdy', amount: 1, payee: 4, note: 3 });
    expect(columns).to.deep.equal(['01/15/2026', '-42.50', '*', '', 'SHELL OIL 57444 SAN JOSE CA']);
    expect(rows).to.deep.equal([
      '1: 2026-01-15 -4250 USD | SHELL OIL 57444 SAN JOSE CA | ',
      '2: 2026-01-14 -120000 USD | CHECK # 1043 | 1043',
      '3: 2026-01-02 +310000 USD | ACME CORP PAYROLL | ',
    ]);
  });

  it('comdirect: Excel’s line about the delimiter; a formula is just text', async () => {
    expect((await csv('comdirect-excel')).rows).to.deep.equal([
      '3: 2026-01-06 -1230 EUR | Auftraggeber: Müller Buchungstext: Drogerie | ',
      '4: 2026-01-02 +10000 EUR | =HYPERLINK("http://example.org") | ',
    ]);
  });
});

describe('amounts in CSV', () => {
  const amounts = async (...texts: string[]) => {
    const file = `Date;Payee;Amount\n${texts.map((text) => `2026-01-05;Shop;"${text.replaceAll('"', '""')}"\n`).join('')}`;
    const { all } = await readAll(file);
    return all.map((row) =>
      row.ok
        ? `${row.booking.kind === 'expense' ? '-' : '+'}${row.booking.amount} ${row.booking.currency}`
        : row.reason,
    );
  };

  it('are read with signs in front and behind, in brackets, and as words', async () => {
    expect(
      await amounts(
        '-12.50',
        '12.50-',
        '(12.50)',
        '12.50 DR',
        '12.50 CR',
        '+12.50',
        '\u221212.50',
        '$ -12.50',
        '-$12.50',
        '12.50 H',
        '12.50 S',
      ),
    ).to.deep.equal([
      '-1250 EUR',
      '-1250 EUR',
      '-1250 EUR',
      '-1250 EUR',
      '+1250 EUR',
      '+1250 EUR',
      '-1250 EUR',
      '-1250 EUR',
      '-1250 EUR',
      '+1250 EUR',
      '-1250 EUR',
    ]);
  });

  it('are read with thousands of every manner', async () => {
    expect(
      await amounts(
        '1,234.56',
        "1'234.56",
        '1’234.56',
        '1 234.56',
        '1\u00a0234.56',
        '1\u202f234.56',
        '12,34,567.89',
        '1234.5',
        '.5',
        '7.',
      ),
    ).to.deep.equal([
      '+123456 EUR',
      '+123456 EUR',
      '+123456 EUR',
      '+123456 EUR',
      '+123456 EUR',
      '+123456 EUR',
      '+123456789 EUR',
      '+123450 EUR',
      '+50 EUR',
      '+700 EUR',
    ]);
  });

  it('name their currency by code, or by a sign that means one only', async () => {
    expect(
      await amounts('12.50 USD', 'CHF 12.50', '£12.50', '12.50 zł', 'R$ 12.50', 'JPY 1250', '12.50 kr', 'Fr.12.50'),
    ).to.deep.equal([
      '+1250 USD',
      '+1250 CHF',
      '+1250 GBP',
      '+1250 PLN',
      '+1250 BRL',
      '+1250 JPY',
      '+1250 EUR',
      '+1250 CHF',
    ]);
  });

  it('are refused where they are none, with what would be right', async () => {
    expect(
      await amounts(
        '1.50',
        '1.2.3',
        '12,50.00',
        'twelve',
        '',
        '0.00',
        '1.005',
        '--1',
        '(1',
        '9999999999',
        '12.50 XYZ',
        '12 apples',
      ),
    ).to.deep.equal([
      '+150 EUR',
      'Column "Amount" "1.2.3" is no amount with a decimal point.',
      'Column "Amount" "12,50.00" is no amount with a decimal point.',
      'Column "Amount" "twelve" is no amount with a decimal point.',
      'Column "Amount" is empty: an amount is required.',
      'Column "Amount" is zero: no money moved.',
      'Column "Amount" "1.005" has more decimals than EUR (2).',
      'Column "Amount" "--1" is no amount with a decimal point.',
      'Column "Amount" "(1" is no amount with a decimal point.',
      'Column "Amount" "9999999999" is larger than 999999999.99.',
      'The currency "XYZ" of Column "Amount" is not an ISO 4217 code like EUR.',
      'Column "Amount" "12 apples" is no amount with a decimal point.',
    ]);
  });

  it('that are spent without a sign, where only credits are marked, are expenses', async () => {
    expect(await amounts('12.50', '500.00 CR', '7.00')).to.deep.equal(['-1250 EUR', '+50000 EUR', '-700 EUR']);
  });

  it('are directed by a column of Soll and Haben, or of D and C', async () => {
    const german = 'Datum;Betrag;S/H;Text\n01.02.2026;12,50;S;Bäcker\n02.02.2026;1.000,00;H;Lohn\n';
    expect(await rowsOf(german)).to.deep.equal([
      '2: 2026-02-01 -1250 EUR | Bäcker | ',
      '3: 2026-02-02 +100000 EUR | Lohn | ',
    ]);
    const english = 'Date\tAmount\tType\tPayee\n2026-02-01\t12.50\tD\tBaker\n2026-02-02\t1000.00\tC\tEmployer\n';
    expect(await rowsOf(english)).to.deep.equal([
      '2: 2026-02-01 -1250 EUR | Baker | ',
      '3: 2026-02-02 +100000 EUR | Employer | ',
    ]);
  });

  it('in two columns: exactly one of them counts', async () => {
    const file =
      'Date,Description,Money out,Money in\n2026-01-05,A,1.00,\n2026-01-05,B,,2.00\n2026-01-05,C,0.00,3.00\n2026-01-05,D,1,2\n2026-01-05,E,,\n2026-01-05,F,-4.00,\n';
    expect(await rowsOf(file)).to.deep.equal([
      '2: 2026-01-05 -100 EUR | A | ',
      '3: 2026-01-05 +200 EUR | B | ',
      '4: 2026-01-05 +300 EUR | C | ',
      '5: refused: Both Column "Money out" and Column "Money in" hold an amount.',
      '6: refused: Column "Money out" is empty: an amount is required.',
      '7: 2026-01-05 -400 EUR | F | ',
    ]);
  });
});

describe('dates in CSV', () => {
  const dates = async (texts: string[], currency = 'EUR') => {
    const { all } = await readAll(`Date,Payee,Amount\n${texts.map((text) => `"${text}",Shop,-1.00\n`).join('')}`, {
      currency,
    });
    return all.map((row) => (row.ok ? row.booking.date : row.reason));
  };

  it('take their order from all rows together', async () => {
    expect(await dates(['02/03/2026', '13/03/2026'])).to.deep.equal(['2026-03-02', '2026-03-13']);
    expect(await dates(['02/03/2026', '02/13/2026'])).to.deep.equal(['2026-02-03', '2026-02-13']);
    // Sorted one way only: 30 January to 4 February cannot be 1 to 4 of other months.
    expect(await dates(['01/12/2026', '02/01/2026', '02/03/2026'], 'EUR')).to.deep.equal([
      '2026-01-12',
      '2026-02-01',
      '2026-02-03',
    ]);
    expect(await dates(['02/03/2026'], 'USD')).to.deep.equal(['2026-02-03']);
    expect(await dates(['02/03/2026'], 'EUR')).to.deep.equal(['2026-03-02']);
    expect(await dates(['02.03.2026'], 'USD')).to.deep.equal(['2026-03-02']);
  });

  it('are read with months’ names of many languages, and times of day', async () => {
    expect(
      await dates([
        '5 Jan 2026',
        '05-Mar-26',
        'Jan 5, 2026',
        '5. Februar 2026',
        '5 août 2026',
        '5 de enero de 2026',
        '5 mrt 2026',
        '5 dez. 2026',
        '2026-01-05T23:30:00-08:00',
        '5 Jan 2026, 10:30',
      ]),
    ).to.deep.equal([
      '2026-01-05',
      '2026-03-05',
      '2026-01-05',
      '2026-02-05',
      '2026-08-05',
      '2026-01-05',
      '2026-03-05',
      '2026-12-05',
      '2026-01-05',
      '2026-01-05',
    ]);
  });

  it('are refused where they do not exist or fit', async () => {
    expect(await dates(['2026-01-05', '2026-02-29', '2026-1-32', '1899-12-31', 'yesterday 9', ''])).to.deep.equal([
      '2026-01-05',
      'Column "Date" "2026-02-29" is no day of the calendar.',
      'Column "Date" "2026-1-32" is no day of the calendar.',
      'Column "Date" "1899-12-31" must lie between 1900 and 2200.',
      'Column "Date" "yesterday 9" is no date in the order year, month, day.',
      'Column "Date" is empty: a date is required.',
    ]);
  });
});

describe('the mapping of a CSV file', () => {
  const file = 'Fecho,Butiko,Kosto,Numero\n2026-01-05,Bakery,3.20,a1\n2026-01-06,Kiosk,1.00,a2\n';

  it('may be given: it goes before the guess', async () => {
    const guess = (await readAll(file)).mapping!;
    const { all, mapping } = await readAll(file, {
      mapping: { ...guess, note: null, bankId: 3, negate: true },
    });

    expect(all.map(brief)).to.deep.equal(['2: 2026-01-05 -320 EUR | Bakery | ', '3: 2026-01-06 -100 EUR | Kiosk | ']);
    expect(all[0]?.ok && all[0].booking.bankId).to.equal('a1');
    expect(mapping).to.deep.include({ amount: 2, negate: true });
  });

  it('is remembered by a key that the same layout has, whatever mapping is used', async () => {
    const { mapping, mappingKey, columns } = await readAll(file);
    const corrected = { ...mapping!, note: null, negate: true };
    const asked: string[] = [];
    const again = await readAll(file.replace('Bakery', 'Butcher'), {
      suggestMapping: async (key) => {
        asked.push(key);
        return corrected;
      },
    });

    expect(columns).to.deep.equal(['Fecho', 'Butiko', 'Kosto', 'Numero']);
    expect(mappingKey).to.match(/^[0-9a-f]{64}$/);
    expect(asked).to.deep.equal([mappingKey]);
    expect(again.mapping).to.deep.equal(corrected);
    expect(again.all.map(brief)[0]).to.equal('2: 2026-01-05 -320 EUR | Butcher | ');
    expect((await readAll(file, { mapping: { ...corrected, delimiter: ';' } })).mappingKey).to.equal(mappingKey);
    expect((await readAll(file.replace('Kosto', 'Prezo'))).mappingKey).not.to.equal(mappingKey);
  });

  it('names a column that a record does not have', async () => {
    const guess = (await readAll(file)).mapping!;
    expect(await rowsOf(file, { mapping: { ...guess, amount: 9, date: 8 } })).to.deep.equal([
      '2: refused: Column 9 is empty: a date is required. Column 10 is empty: an amount is required.',
      '3: refused: Column 9 is empty: a date is required. Column 10 is empty: an amount is required.',
    ]);
  });

  it('is guessed by content where the headings are foreign: of amounts, only the one that each row has', async () => {
    const japanese = '日付,摘要,出金,入金\n2026/01/05,店,1200,\n2026/01/06,給料,,300000\n';
    expect(await rowsOf(japanese, { currency: 'JPY' })).to.deep.equal([
      '2: 2026-01-05 -1200 JPY | 店 | ',
      '3: 2026-01-06 +300000 JPY | 給料 | ',
    ]);
  });

  it('is left to the person where only the dates were found: every row says what is missing', async () => {
    const { columns, all } = await readAll('When,What\n2026-01-05,Bakery\n2026-01-06,Kiosk\n');

    expect(columns).to.deep.equal(['When', 'What']);
    expect(all.map(brief)).to.deep.equal([
      '2: refused: Column "What" "Bakery" is no amount with a decimal point.',
      '3: refused: Column "What" "Kiosk" is no amount with a decimal point.',
    ]);
  });
});

describe('records of CSV', () => {
  it('at the end without a date are totals; in between they are refused', async () => {
    const file =
      'Date,Payee,Amount\n2026-01-05,A,-1.00\nSubtotal,,-1.00\n2026-01-06,B,-2.00\nTotal,,-3.00\n\n*** end of report ***\n';
    expect(await rowsOf(file)).to.deep.equal([
      '2: 2026-01-05 -100 EUR | A | ',
      '3: refused: Column "Date" "Subtotal" is no date in the order year, month, day.',
      '4: 2026-01-06 -200 EUR | B | ',
    ]);
  });

  it('that are cut off at the end are refused, not taken for a total', async () => {
    expect(await rowsOf('Date,Payee,Amount\n2026-01-05,A,-1.00\n2026-01')).to.deep.equal([
      '2: 2026-01-05 -100 EUR | A | ',
      '3: refused: Column "Date" "2026-01" is no date in the order year, month, day. Column "Amount" is empty: an amount is required.',
    ]);
  });

  it('with more fields than columns are refused: a decimal comma without quotes would lose its cents', async () => {
    expect(await rowsOf('Date,Payee,Amount\n2026-01-05,A,-1\n2026-01-06,B,-12,50\n2026-01-07,C,-2,,\n')).to.deep.equal([
      '2: 2026-01-05 -100 EUR | A | ',
      '3: refused: The record has 4 fields where 3 are expected.',
      '4: 2026-01-07 -200 EUR | C | ',
    ]);
  });

  it('are read where a lone quote stands in a file that does not quote', async () => {
    const rows = Array.from(
      { length: 400 },
      (_, i) => `2026-01-05\tShop ${i} with a long name of forty letters\t-1.00\n`,
    ).join('');
    const { all } = await readAll(`Date\tPayee\tAmount\n2026-01-05\t"Zum Löwen\t-2.00\n${rows}`);

    expect(all).to.have.length(401);
    expect(all.every(({ ok }) => ok)).to.equal(true);
    expect(brief(all[0]!)).to.equal('2: 2026-01-05 -200 EUR | "Zum Löwen | ');
  });

  it('that run into each other, because a quote is not closed, are refused', async () => {
    const rows = Array.from({ length: 4_000 }, (_, i) => `2026-01-05,"Shop ${i}",-1.00\n`).join('');
    const { all } = await readAll(`Date,Payee,Amount\n${rows}2026-01-05,"Open,-2.00\n${rows}`);

    expect(all).to.have.length(8_000);
    expect(all.filter(({ ok }) => !ok).map(brief)).to.deep.equal([
      '4002: refused: A quote is opened and not closed: the record has run into the next one.',
    ]);
    expect(brief(all[4_001]!)).to.equal('4004: 2026-01-05 -100 EUR | Shop 1 | ');
  });

  it('end with a refused one where a quote far behind swallows the rest', async () => {
    const rows = Array.from({ length: 4_000 }, (_, i) => `2026-01-05,Shop ${i},-1.00\n`).join('');
    const { all } = await readAll(`Date,Payee,Amount\n${rows}2026-01-05,"Open,-2.00\n${rows}`);

    expect(all).to.have.length(4_001);
    expect(brief(all.at(-1)!)).to.equal(
      '4002: refused: The record is too long: a quote may be open. The rest could not be read.',
    );
  });

  it('before a quote that swallows the rest are all kept, wherever a piece of the file ends (up to 64 KiB of them were lost)', async () => {
    const rows = Array.from({ length: 9_000 }, (_, i) => `2026-01-05,Shop ${i},-1.00\n`).join('');
    const { all } = await readAll(`Date,Payee,Amount\n${rows}2026-01-05,"Open,-2.00\n${rows}`);

    expect(all).to.have.length(9_001);
    expect(brief(all.at(-2)!)).to.equal('9001: 2026-01-05 -100 EUR | Shop 8999 | ');
    expect(brief(all.at(-1)!)).to.match(/^9002: refused: The record is too long/);
  });

  it('may be none: a header alone is an empty statement', async () => {
    expect(await rowsOf('Date,Payee,Amount\n')).to.deep.equal([]);
  });
});
