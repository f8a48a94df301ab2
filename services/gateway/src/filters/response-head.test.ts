import { expect } from 'chai';
import { sanitiseResponse } from './response-head.ts';

const kept = (headers: string[], passCookies = false) => {
  sanitiseResponse(headers, passCookies);
  return headers;
};

describe('the head of a service’s answer', () => {
  it('loses what is nobody’s business outside', () => {
    expect(
      kept([
        ...['Content-Type', 'application/json', 'Server', 'x', 'X-Powered-By', 'Koa', 'ETag', '"1"'],
        ...['X-Outlay-Debug', '1', 'traceparent', 't', 'X-Request-Id', 'r', 'x-envoy-upstream-service-time', '3'],
      ]),
    ).to.deep.equal(['Content-Type', 'application/json', 'ETag', '"1"']);
  });

  it('sets cookies only where the route passes them', () => {
    expect(kept(['Set-Cookie', 'a=1', 'set-cookie', 'b=2'])).to.deep.equal([]);
    expect(kept(['Set-Cookie', 'a=1', 'set-cookie', 'b=2'], true)).to.have.length(4);
  });
});
