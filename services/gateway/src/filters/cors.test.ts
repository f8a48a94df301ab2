import { expect } from 'chai';
import { Cors as Config } from '../bootstrap/filter-schemas.ts';
import { requestOf } from '../testing/request-of.ts';
import { startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';
import { Cors } from './cors.ts';
import { ResponseHead } from './response-head.ts';

const app = 'https://app.example';

describe('pages of other origins', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway({
      env: { CORS_ALLOWED_ORIGINS: `${app}, https://other.example` },
      edit: (yaml) => yaml.replace("max_age: '600'", "max_age: '600'\n          allow_credentials: true"),
    });
  });
  after(() => gateway.close());

  const preflight = (origin: string, path = '/api/v1/ledgers', method = 'POST') =>
    fetch(gateway.url + path, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization' },
    });
  const list = (headers: Record<string, string>) => fetch(`${gateway.url}/api/v1/ledgers`, { headers });
  const corsOf = (answer: Response) =>
    Object.fromEntries([...answer.headers].filter(([name]) => name.startsWith('access-control-')));

  it('are told by us what they may send, before they have a token', async () => {
    const before = gateway.expense.arrived.length;

    const answer = await preflight(app);

    expect(answer.status).to.equal(200);
    expect(corsOf(answer)).to.deep.equal({
      'access-control-allow-origin': app,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': 'authorization, content-type, idempotency-key, if-match, if-none-match',
      'access-control-max-age': '600',
    });
    expect(answer.headers.get('vary')).to.equal('origin');
    expect(await answer.text()).to.equal('');
    expect(gateway.expense.arrived.length).to.equal(before);
  });

  it('are told so of a route of one method too', async () => {
    expect(corsOf(await preflight(app, '/api/v1/auth/login'))).to.include({ 'access-control-allow-origin': app });
  });

  it('may read answers, and the fields that are named', async () => {
    const answer = await list({ origin: app, authorization: gateway.bearer });

    expect(answer.status).to.equal(200);
    expect(corsOf(answer)).to.deep.equal({
      'access-control-allow-origin': app,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'etag, location, ratelimit, ratelimit-policy, retry-after, x-request-id',
    });
  });

  it('may read refusals, or they could not tell why', async () => {
    const answer = await list({ origin: app });

    expect(answer.status).to.equal(401);
    expect(corsOf(answer)).to.include({ 'access-control-allow-origin': app });
  });

  for (const origin of ['https://evil.example', 'https://app.example.evil.example', 'http://app.example', 'null'])
    it(`may not where they are ${origin}`, async () => {
      expect(corsOf(await preflight(origin))).to.deep.equal({});
      const answer = await list({ origin, authorization: gateway.bearer });
      expect(corsOf(answer)).to.deep.equal({});
      expect(answer.headers.get('vary')).to.equal('origin');
    });

  it('may not as the gateway is shipped; an OPTIONS request goes where it says', async () => {
    const shipped = await startTestGateway();
    const headers = { origin: app, 'access-control-request-method': 'POST' };

    const answer = await fetch(`${shipped.url}/api/v1/ledgers`, { method: 'OPTIONS', headers });

    expect(answer.status).to.equal(401);
    expect(corsOf(answer)).to.deep.equal({});
    expect(answer.headers.has('vary')).to.equal(false);
    await shipped.close();
  });
});

describe('an origin', () => {
  const isAllowed = (match: object, origin: string) => {
    const head = new ResponseHead(200);
    const config = Config.parse({ allow_origin_string_match: [match] });
    new Cors(config).onResponse(requestOf({ origin }), head);
    return head.names.includes('access-control-allow-origin');
  };

  it('may be named by how it ends', () => {
    expect(isAllowed({ suffix: '.app.example' }, 'https://a.app.example')).to.equal(true);
    expect(isAllowed({ suffix: '.app.example' }, 'https://evil-app.example')).to.equal(false);
  });

  it('may be any, but not with credentials', () => {
    expect(isAllowed({ exact: '*' }, 'https://anything.example')).to.equal(true);
    const both = { allow_origin_string_match: '*', allow_credentials: true };
    expect(Config.safeParse(both).error?.issues[0]?.message).to.equal('must not allow credentials to every origin');
  });
});
