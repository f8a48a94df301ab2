import { expect } from 'chai';
import { requestOf } from '../testing/request-of.ts';
import { csrf } from './csrf.ts';

const filter = csrf(['https://app.example']);

function isAllowed(fields: Record<string, string>, method = 'POST', scheme: 'http' | 'https' = 'https'): boolean {
  const request = requestOf({ host: 'Outlay.example:8443', ...fields }, { method, scheme });
  return filter.onRequest(request) === undefined;
}

describe('requests with cookies', () => {
  const cases: [string, Record<string, string>, boolean][] = [
    ['from the page itself', { 'sec-fetch-site': 'same-origin', origin: 'https://outlay.example:8443' }, true],
    ['typed by the user', { 'sec-fetch-site': 'none' }, true],
    ['from another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, false],
    ['from another subdomain', { 'sec-fetch-site': 'same-site', origin: 'https://x.outlay.example' }, false],
    [
      'from another site that lies by Origin',
      { 'sec-fetch-site': 'cross-site', origin: 'https://outlay.example' },
      false,
    ],
    ['from an older browser, by the page', { origin: 'https://outlay.example:8443' }, true],
    ['from an older browser, by another site', { origin: 'https://evil.example' }, false],
    ['from an older browser, by another port', { origin: 'https://outlay.example' }, false],
    ['from an older browser, by the page without TLS', { origin: 'http://outlay.example:8443' }, false],
    ['from a sandboxed frame', { origin: 'null' }, false],
    ['from an origin that the route names', { 'sec-fetch-site': 'cross-site', origin: 'https://app.example' }, true],
    ['from no browser', {}, true],
  ];
  for (const [what, fields, allowed] of cases)
    it(`${allowed ? 'pass' : 'are refused'} ${what}`, () => {
      expect(isAllowed(fields)).to.equal(allowed);
    });

  it('pass from anywhere where they change nothing', () => {
    expect(isAllowed({ 'sec-fetch-site': 'cross-site' }, 'GET')).to.equal(true);
  });
});
