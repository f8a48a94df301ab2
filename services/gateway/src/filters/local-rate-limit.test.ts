import { expect } from 'chai';
import fc from 'fast-check';
import { LocalRateLimit as Config } from '../bootstrap/filter-schemas.ts';
import { requestOf } from '../testing/request-of.ts';
import { eventually, startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';
import { goodClaims, signToken } from '../testing/tokens.ts';
import { LocalRateLimit, networkOf } from './local-rate-limit.ts';
import { RateLimit } from './rate-limit.ts';

/** Three at once, one more each second, by a clock that the test turns. */
function limitOf(per: 'user' | 'address' | 'route', maxDescriptors = 10) {
  const clock = { now: 0 };
  const bucket = { max_tokens: 3, tokens_per_fill: 1, fill_interval: '1s' };
  const config = Config.parse({ per, token_bucket: bucket, max_dynamic_descriptors: maxDescriptors });
  const limit = new RateLimit('few', config, () => clock.now);
  const filter = new LocalRateLimit(limit, '/a/**');
  const isLet = (changes: Parameters<typeof requestOf>[1] = {}, by = filter) =>
    by.onRequest(requestOf({}, changes)) === undefined;
  return { clock, limit, filter, isLet };
}
const userOf = (userId: string) => ({ userId, sessionId: 's', expiresAt: 0, scopes: [], roles: [] });

describe('a rate limit', () => {
  it('lets so many through at once, and more as time goes on, up to as many again', () => {
    const { clock, isLet } = limitOf('address');

    expect([isLet(), isLet(), isLet(), isLet()]).to.deep.equal([true, true, true, false]);
    clock.now = 999;
    expect(isLet()).to.equal(false);
    clock.now = 1_000;
    expect([isLet(), isLet()]).to.deep.equal([true, false]);
    clock.now = 1_000_000;
    expect([isLet(), isLet(), isLet(), isLet()]).to.deep.equal([true, true, true, false]);
  });

  it('lets no more through in any stretch of time than its bucket and what flows into it', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 2_500 }), fc.integer({ min: 0, max: 6 })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(steps, (schedule) => {
        const { clock, isLet } = limitOf('address');
        const letAt: number[] = [];
        for (const [pauseMs, requests] of schedule) {
          clock.now += pauseMs;
          for (let i = 0; i < requests; i++) if (isLet()) letAt.push(clock.now);
        }
        for (let from = 0; from < letAt.length; from++)
          for (let to = from; to < letAt.length; to++) {
            const seconds = ((letAt[to] as number) - (letAt[from] as number)) / 1_000;
            expect(to - from + 1).to.be.at.most(3 + seconds + 1e-9);
          }
      }),
    );
  });

  it('is each address’ own', () => {
    const { isLet } = limitOf('address');
    for (let i = 0; i < 4; i++) isLet({ clientAddress: '192.0.2.1' });

    expect(isLet({ clientAddress: '192.0.2.1' })).to.equal(false);
    expect(isLet({ clientAddress: '192.0.2.2' })).to.equal(true);
  });

  it('is each user’s own, from wherever', () => {
    const { isLet } = limitOf('user');
    for (let i = 0; i < 4; i++) isLet({ token: userOf('ada'), clientAddress: `192.0.2.${i}` });

    expect(isLet({ token: userOf('ada'), clientAddress: '192.0.2.9' })).to.equal(false);
    expect(isLet({ token: userOf('bob'), clientAddress: '192.0.2.9' })).to.equal(true);
  });

  it('is each route’s own, whoever asks', () => {
    const { limit, isLet } = limitOf('route');
    const other = new LocalRateLimit(limit, '/b');
    for (let i = 0; i < 4; i++) isLet({ clientAddress: `192.0.2.${i}` });

    expect(isLet()).to.equal(false);
    expect(isLet({}, other)).to.equal(true);
  });

  it('remembers no more than it may, those longest unseen being forgotten', () => {
    const { isLet } = limitOf('address', 2);
    const empty = (clientAddress: string) => [1, 2, 3].forEach(() => void isLet({ clientAddress }));
    empty('192.0.2.1');
    empty('192.0.2.2');
    empty('192.0.2.3');

    expect(isLet({ clientAddress: '192.0.2.2' })).to.equal(false);
    expect(isLet({ clientAddress: '192.0.2.1' })).to.equal(true);
  });

  it('takes the addresses of one IPv6 network for one', () => {
    expect(networkOf('2001:db8:1:2:3:4:5:6')).to.equal('2001:db8:1:2');
    expect(networkOf('2001:db8:1:2::1')).to.equal('2001:db8:1:2');
    expect(networkOf('2001:db8::1')).to.equal('2001:db8:0:0');
    expect(networkOf('::1')).to.equal('0:0:0:0');
    expect(networkOf('192.0.2.1')).to.equal('192.0.2.1');
  });

  it('takes an IPv4 address for itself where a proxy writes it as an IPv6 one', () => {
    expect(networkOf('::ffff:192.0.2.1')).to.equal('192.0.2.1');
    expect(networkOf('[::ffff:192.0.2.1]:50123')).to.equal('192.0.2.1');
  });

  it('takes no notice of the ports that some proxies write down', () => {
    expect(networkOf('192.0.2.1:50123')).to.equal('192.0.2.1');
    expect(networkOf('[2001:db8:1:2::1]:50123')).to.equal('2001:db8:1:2');
  });
});

describe('the rate limits of the gateway', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await startTestGateway({
      env: { SIGN_IN_LIMIT: '2', REFRESH_LIMIT: '2', API_LIMIT: '3', XFF_NUM_TRUSTED_HOPS: '1' },
    });
  });
  afterEach(() => gateway.close());

  const login = (address = '192.0.2.1') =>
    fetch(`${gateway.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'x-forwarded-for': `1.2.3.4, ${address}` },
    });
  const list = (authorization = gateway.bearer) =>
    fetch(`${gateway.url}/api/v1/ledgers`, { headers: { authorization } });

  it('tell with each answer what is left', async () => {
    const answer = await list();

    expect(answer.status).to.equal(200);
    expect(answer.headers.get('ratelimit-policy')).to.equal('"api";q=3;w=3');
    expect(answer.headers.get('ratelimit')).to.equal('"api";r=2;t=1');
    const refused = await list('');
    expect(refused.status).to.equal(401);
    expect(refused.headers.get('ratelimit-policy')).to.equal('"api";q=3;w=3');
    expect(refused.headers.has('ratelimit')).to.equal(false); // whose would it be?
    expect((await fetch(gateway.url)).headers.has('ratelimit-policy')).to.equal(false);
  });

  it('answer 429 with when to come back, and the service hears nothing of it', async () => {
    await Promise.all([login(), login()]);
    const before = gateway.auth.arrived.length;

    const answer = await login();

    expect(answer.status).to.equal(429);
    expect(answer.headers.get('content-type')).to.equal('application/problem+json');
    expect(answer.headers.get('ratelimit')).to.equal('"sign_in";r=0;t=60');
    expect(answer.headers.get('retry-after')).to.match(/^(29|30)$/);
    expect(await answer.json()).to.include({ type: '/problems/too-many-requests', status: 429 });
    expect(gateway.auth.arrived.length).to.equal(before);
    await eventually(() => gateway.log().some(({ status }) => status === 429));
    expect(gateway.log().find(({ status }) => status === 429)).to.include({ flags: 'RL' });
  });

  it('hold for whoever sends made-up refresh tokens, and not for the others', async () => {
    const post = (path: string, address: string) =>
      fetch(`${gateway.url}/api/v1/auth/${path}`, { method: 'POST', headers: { 'x-forwarded-for': address } });
    await Promise.all([post('refresh', '192.0.2.1'), post('logout', '192.0.2.1')]);

    for (const path of ['refresh', 'logout']) expect((await post(path, '192.0.2.1')).status).to.equal(429);

    expect((await post('refresh', '192.0.2.2')).status).to.equal(200);
    expect((await login()).status).to.equal(200);
  });

  it('leave alone when to come back where it is the service that answers 429', async () => {
    gateway.auth.answer((_, response) => response.writeHead(429, { 'retry-after': '40' }).end());

    const answer = await login();

    expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([429, '40']);
    expect(answer.headers.get('ratelimit')).to.match(/^"sign_in";r=1;/);
  });

  it('go by the address that our own proxy has seen, not by what a client makes up', async () => {
    await Promise.all([login(), login()]);

    expect((await login('192.0.2.2')).status).to.equal(200);
    expect((await login('192.0.2.1')).status).to.equal(429);
  });

  it('keep one user from the share of another', async () => {
    const other = `Bearer ${signToken(gateway.key, { ...goodClaims(), sub: 'someone-else' })}`;
    while ((await list()).status !== 429);

    expect((await list(other)).status).to.equal(200);
  });

  it('are counted', async () => {
    await Promise.all([login(), login(), login()]);

    const metrics = await (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text();

    expect(metrics).to.match(/outlay_gateway_rate_limited_total\{limit="sign_in",result="ok".*\} 2\n/);
    expect(metrics).to.match(/outlay_gateway_rate_limited_total\{limit="sign_in",result="rate_limited".*\} 1\n/);
  });
});
