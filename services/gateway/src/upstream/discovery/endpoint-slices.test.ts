import { expect } from 'chai';
import { addressesOf, EndpointSlice } from './endpoint-slices.ts';

type Conditions = { ready?: boolean; serving?: boolean; terminating?: boolean };
const at = (address: string, conditions?: Conditions, zone?: string) => ({ addresses: [address], conditions, zone });
const sliceOf = (endpoints: object[] | null, more: object = {}) =>
  EndpointSlice.parse({
    metadata: { name: 'auth-1', resourceVersion: '1' },
    addressType: 'IPv4',
    ports: [
      { name: 'admin', port: 9001 },
      { name: 'http', port: 3001 },
    ],
    endpoints,
    ...more,
  });
const hosts = (...slices: EndpointSlice[]) => addressesOf(slices, 'http', 'auth.outlay').map(({ host }) => host);

const leaving: Conditions = { ready: false, serving: true, terminating: true };
const starting: Conditions = { ready: false, serving: false, terminating: false };

describe('the addresses of EndpointSlices', () => {
  it('have the port by its name, the Service’s name for the Host field, and their zone', () => {
    expect(addressesOf([sliceOf([at('10.0.0.1', { ready: true }, 'a')])], 'http', 'auth.outlay')).to.deep.equal([
      { host: '10.0.0.1', port: 3001, authority: 'auth.outlay:3001', zone: 'a' },
    ]);
    expect(addressesOf([sliceOf([at('10.0.0.1')])], 'grpc', 'auth.outlay')).to.deep.equal([]);
  });

  const cases: [what: string, endpoints: object[] | null, hosts: string[]][] = [
    ['are those that are ready', [at('1', { ready: true }), at('2', starting), at('3', leaving)], ['1']],
    ['are ready where nothing is said of it', [at('1'), at('2', {})], ['1', '2']],
    ['are those that leave and still serve where none is ready', [at('2', starting), at('3', leaving)], ['3']],
    ['are none where none serves', [at('2', starting)], []],
    ['are none where there is no endpoint', null, []],
  ];
  for (const [what, endpoints, expected] of cases)
    it(what, () => {
      expect(hosts(sliceOf(endpoints))).to.deep.equal(expected);
    });

  it('come from all slices, each once', () => {
    expect(hosts(sliceOf([at('1'), at('2')]), sliceOf([at('2'), at('3')]))).to.deep.equal(['1', '2', '3']);
  });

  it('are of IPv4 where there are both families, else of IPv6', () => {
    const ipv6 = sliceOf([at('fd00::1')], { addressType: 'IPv6' });

    expect(hosts(ipv6, sliceOf([at('10.0.0.1')]))).to.deep.equal(['10.0.0.1']);
    expect(hosts(ipv6, sliceOf(null))).to.deep.equal(['fd00::1']);
  });
});
