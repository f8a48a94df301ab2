import type { LookupAddress } from 'node:dns';
import { createLog } from '@outlay/service-kit/log.ts';
import { expect } from 'chai';
import { eventually } from '../../testing/start-test-gateway.ts';
import { DnsAddresses } from './dns-addresses.ts';

const log = createLog({ service: 'test', level: 'silent' });

/** What names have in a DNS of the test's own; a name without an entry is not found. */
function dnsOf(zone: Record<string, string[]>) {
  const lists: string[][] = [];
  let asked = 0;
  const lookup = async (name: string): Promise<LookupAddress[]> => {
    asked++;
    const addresses = zone[name];
    if (!addresses) throw new Error(`getaddrinfo ENOTFOUND ${name}`);
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  const start = (...urls: string[]) => {
    const source = new DnsAddresses(urls, { refreshMs: 5, log, lookup });
    source.start({ onAddresses: (all) => lists.push(all.map(({ host, port }) => `${host} ${port}`)) });
    return source;
  };
  return { lists, start, asked: () => asked };
}

describe('endpoints from DNS', () => {
  it('are all addresses of all names, followed as they change', async () => {
    const zone: Record<string, string[]> = { a: ['10.0.0.1', 'fd00::1'], b: ['10.0.0.2'] };
    const { lists, start } = dnsOf(zone);
    const source = start('http://a:3001', 'http://b');
    await eventually(() => lists.length > 0);
    expect(lists[0]).to.deep.equal(['10.0.0.1 3001', 'fd00::1 3001', '10.0.0.2 80']);

    zone.a = ['10.0.0.3'];

    await eventually(() => lists.at(-1)?.join() === '10.0.0.3 3001,10.0.0.2 80');
    source.close();
  });

  it('stay as they were where a name cannot be looked up or has none', async () => {
    const zone: Record<string, string[]> = { a: ['10.0.0.1'], b: ['10.0.0.2'] };
    const { lists, start } = dnsOf(zone);
    const source = start('http://a:1', 'http://b:1');
    await eventually(() => lists.length > 0);

    delete zone.a;
    zone.b = [];

    await eventually(() => source.updates.failed > 4);
    expect(lists.at(-1)).to.deep.equal(['10.0.0.1 1', '10.0.0.2 1']);
    source.close();
  });

  it('that are addresses already are there at once and never asked for', () => {
    const { lists, start, asked } = dnsOf({});

    const source = start('http://127.0.0.1:1', 'http://[::1]:2');

    expect(lists).to.deep.equal([['127.0.0.1 1', '::1 2']]);
    expect(asked()).to.equal(0);
    source.close();
  });

  it('are bounded', async () => {
    const { lists, start } = dnsOf({ a: Array.from({ length: 2_000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`) });

    const source = start('http://a:1');

    await eventually(() => lists.length > 0);
    expect(lists[0]).to.have.length(1_000);
    source.close();
  });
});
