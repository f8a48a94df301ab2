import { expect } from 'chai';
import { startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';

describe('behind a proxy that is trusted', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway({ env: { XFF_NUM_TRUSTED_HOPS: '1' } });
  });
  after(() => gateway.close());

  it('believes what that proxy wrote and nothing before it', async () => {
    const answer = await fetch(`${gateway.url}/api/v1/ledgers`, {
      headers: {
        authorization: gateway.bearer,
        'x-forwarded-for': '6.6.6.6, 203.0.113.7',
        'x-forwarded-proto': 'https',
      },
    });

    const headers = gateway.expense.arrived.at(-1)?.headers;
    expect(headers).to.deep.include(['x-forwarded-for', '203.0.113.7, 127.0.0.1']);
    expect(headers).to.deep.include(['x-forwarded-proto', 'https']);
    expect(answer.headers.get('strict-transport-security')).to.equal('max-age=31536000');
  });

  it('promises TLS only where there was some', async () => {
    const answer = await fetch(`${gateway.url}/api/v1/ledgers`, { headers: { authorization: gateway.bearer } });

    expect(answer.headers.has('strict-transport-security')).to.equal(false);
  });
});
