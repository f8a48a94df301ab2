import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { Registry } from 'prom-client';
import { captureLog } from '../../../../test/support/test-server.ts';
import { parseEcbRates } from './parse-ecb-rates.ts';
import { createRateSource, type RateSource } from './rate-source.ts';

const file = (cubes: string) => `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender><Cube>${cubes}</Cube></gesmes:Envelope>`;

describe('a file of exchange rates', () => {
  it('is read in the format of the European Central Bank, days in any order', () => {
    const cubes = `<Cube time='2026-11-20'><Cube currency='USD' rate='1.1'/><Cube currency='JPY' rate='170'/></Cube>
      <Cube time="2026-11-19"><Cube currency="USD" rate="1.05"/></Cube>`;
    expect(parseEcbRates(file(cubes))).to.deep.equal(
      new Map([
        [
          'USD',
          new Map([
            ['2026-11-20', '1.1'],
            ['2026-11-19', '1.05'],
          ]),
        ],
        ['JPY', new Map([['2026-11-20', '170']])],
      ]),
    );
  });

  for (const [what, xml] of [
    ['holds no rates', file('')],
    ['is no XML', 'USD;1.1'],
    ['is cut off', file(`<Cube time="2026-11-20"><Cube currency="USD" rate="1.1"/></Cube>`).slice(0, -30)],
    ['has a rate of 0', file('<Cube time="2026-11-20"><Cube currency="USD" rate="0.00"/></Cube>')],
    ['has a rate below 0', file('<Cube time="2026-11-20"><Cube currency="USD" rate="-1"/></Cube>')],
    ['has no rate', file('<Cube time="2026-11-20"><Cube currency="USD"/></Cube>')],
    ['has no day', file('<Cube><Cube currency="USD" rate="1.1"/></Cube>')],
    ['has a day that is none', file('<Cube time="2026-02-30"><Cube currency="USD" rate="1.1"/></Cube>')],
    ['has a currency that is none', file('<Cube time="2026-11-20"><Cube currency="__proto__" rate="1.1"/></Cube>')],
    [
      'defines entities',
      `<!DOCTYPE a [<!ENTITY b "1.1">]>${file('<Cube time="2026-11-20"><Cube currency="USD" rate="&b;"/></Cube>').slice(38)}`,
    ],
  ] as const)
    it(`is refused whole where it ${what}`, () => expect(() => parseEcbRates(xml)).to.throw());
});

describe('the source of exchange rates', () => {
  let answer: (response: ServerResponse) => void;
  let asked = 0;
  const server = createServer((_, response) => {
    asked++;
    answer(response);
  });
  let source: RateSource | undefined;
  const start = (everyMs = 0, to = '') => {
    const { log, lines } = captureLog('analytics');
    const registry = new Registry();
    source = createRateSource({
      url: to || `http://127.0.0.1:${(server.address() as AddressInfo).port}/eurofxref-daily.xml`,
      everyMs,
      log,
      registry,
    });
    return { source, lines, registry };
  };
  const today = file('<Cube time="2026-11-20"><Cube currency="USD" rate="1.1"/></Cube>');

  before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  after(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => {
    asked = 0;
  });
  afterEach(() => {
    source?.stop();
    server.closeAllConnections();
  });

  it('knows the bank’s rates that ship with it, and tells how old they are', async () => {
    const { source, registry } = start();
    expect(source.rates().get('USD')!.get('2026-10-30')).to.equal('1.1172');
    expect(source.rates().get('JPY')!.get('2026-10-29')).to.equal('175.92');
    expect(await registry.metrics()).to.include(
      `outlay_exchange_rates_latest_timestamp_seconds ${Date.parse('2026-10-30') / 1_000}`,
    );
    expect(asked).to.equal(0);
  });

  it('takes what the address gives, and keeps the days before', async () => {
    answer = (response) => response.end(today);
    const { source } = start();
    await source.refresh();
    expect(source.rates().get('USD')!.get('2026-11-20')).to.equal('1.1');
    expect(source.rates().get('USD')!.get('2026-10-30')).to.equal('1.1172');
  });

  it('asks by itself, and again on its schedule', async () => {
    answer = (response) => response.end(today);
    const { source } = start(1);
    while (asked < 3) await new Promise((resolve) => setImmediate(resolve));
    expect(source.rates().get('USD')!.get('2026-11-20')).to.equal('1.1');
  });

  for (const [what, bad] of [
    ['an error', (response) => response.writeHead(500).end(today)],
    ['a redirect', (response) => response.writeHead(302, { location: '/' }).end()],
    ['half a file', (response) => response.end(today.slice(0, -20))],
    [
      'a file whose last rate is wrong',
      (response) => response.end(today.replace('</Cube>', '<Cube currency="CHF" rate="x"/></Cube>')),
    ],
    ['a cut connection', (response) => response.socket!.resetAndDestroy()],
    [
      'more than any file has',
      (response) => {
        const piece = Buffer.alloc(1024 * 1024, ' ');
        const write = () => !response.destroyed && response.write(piece, write);
        write();
      },
    ],
  ] as [string, (response: ServerResponse) => void][])
    it(`keeps what it knows where the address gives ${what}`, async function () {
      this.timeout(10_000);
      answer = bad;
      const { source, lines } = start();
      const known = structuredClone(source.rates());
      await source.refresh();
      expect(source.rates()).to.deep.equal(known);
      expect(lines.join('')).to.include('exchange rates could not be refreshed');
    });
});
