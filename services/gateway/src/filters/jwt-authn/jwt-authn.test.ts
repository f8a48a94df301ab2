import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { startTestGateway, type TestGateway } from '../../testing/start-test-gateway.ts';
import { createKey, goodClaims, signToken } from '../../testing/tokens.ts';

describe('a user’s token at the gateway', () => {
  let gateway: TestGateway;
  const rsa = createKey('rsa-1', 'RS256');
  before(async () => {
    gateway = await startTestGateway({
      edit: (yaml) =>
        yaml.replace('cluster: auth\n\ntracing', 'cluster: auth\n        min_refresh_interval: 0s\n\ntracing'),
    });
    gateway.published.keys.push(rsa.jwk);
  });
  after(() => gateway.close());

  const ask = (authorization?: string) =>
    fetch(`${gateway.url}/api/v1/ledgers`, authorization === undefined ? {} : { headers: { authorization } });
  const now = () => Math.floor(Date.now() / 1_000);
  const signed = (changes: object, header?: object) =>
    signToken(
      gateway.key,
      { ...goodClaims(), ...changes },
      header && { alg: 'ES256', kid: 'key-1', typ: 'at+jwt', ...header },
    );

  it('lets the request on, signed by ES256 or RS256, and goes with it to the service', async () => {
    expect((await ask(gateway.bearer)).status).to.equal(200);
    const rs256 = `Bearer ${signToken(rsa)}`;
    expect((await ask(rs256)).status).to.equal(200);

    expect(gateway.expense.arrived.at(-1)?.headers).to.deep.include(['authorization', rs256]);
  });

  it('may be for several audiences, a few seconds early, or just expired', async () => {
    for (const changes of [
      { aud: ['other', 'outlay-api'] },
      { nbf: now() + 3, iat: now() + 3 },
      { exp: now() - 3 },
      { nbf: undefined },
    ])
      expect((await ask(`Bearer ${signed(changes)}`)).status, JSON.stringify(changes)).to.equal(200);
  });

  it('is asked for with a stable problem where it is missing', async () => {
    const answer = await ask();

    expect(answer.status).to.equal(401);
    expect(answer.headers.get('www-authenticate')).to.equal('Bearer error="invalid_token"');
    expect(answer.headers.get('content-type')).to.equal('application/problem+json');
    const body = (await answer.json()) as Record<string, unknown>;
    expect(body).to.include({ type: '/problems/unauthenticated', status: 401 });
    expect(body.traceId).to.match(/^[0-9a-f]{32}$/);
  });

  it('is verified once and then remembered until it expires', async () => {
    const bearer = `Bearer ${signed({ jti: 'once' })}`;
    const metrics = async () => (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text();
    const count = (text: string, result: string) =>
      Number(new RegExp(`outlay_gateway_tokens_total\\{result="${result}".*\\} (\\d+)`).exec(text)?.[1]);
    const before = await metrics();

    for (let i = 0; i < 5; i++) expect((await ask(bearer)).status).to.equal(200);

    const after = await metrics();
    expect(count(after, 'verified') - count(before, 'verified')).to.equal(1);
    expect(count(after, 'cached') - count(before, 'cached')).to.equal(4);
  });

  it('is refused when it expires, though it is remembered', async () => {
    const bearer = `Bearer ${signed({ exp: now() - 4 })}`; // 5 s of skew: good for another second at most
    expect((await ask(bearer)).status).to.equal(200);

    let status = 200;
    while (status === 200) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      status = (await ask(bearer)).status;
    }

    expect(status).to.equal(401);
  });

  it('is known by a key that is published later, without a restart', async () => {
    const next = createKey('key-2');
    const bearer = `Bearer ${signToken(next)}`;
    expect((await ask(bearer)).status).to.equal(401);

    gateway.published.keys.push(next.jwk);

    expect((await ask(bearer)).status).to.equal(200);
  });

  describe('is refused', () => {
    const evil = createKey('key-1');
    const part = (value: object | string) =>
      Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
    const hs256 = (secret: Buffer | string, header: object) => {
      const text = `${part({ alg: 'HS256', typ: 'at+jwt', ...header })}.${part(goodClaims())}`;
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
    };
    const attacks: Record<string, () => string> = {
      'unsigned (alg none)': () => `${part({ alg: 'none', kid: 'key-1', typ: 'at+jwt' })}.${part(goodClaims())}.`,
      'unsigned, alg nOnE, with a signature': () =>
        `${part({ alg: 'nOnE', kid: 'key-1', typ: 'at+jwt' })}.${part(goodClaims())}.YQ`,
      'HS256 with the public key as secret (PEM)': () =>
        hs256(rsa.publicKey.export({ type: 'spki', format: 'pem' }), { kid: 'rsa-1' }),
      'HS256 with the public key as secret (DER)': () =>
        hs256(gateway.key.publicKey.export({ type: 'spki', format: 'der' }), { kid: 'key-1' }),
      'ES256 claimed for an RSA key': () =>
        signToken(evil, goodClaims(), { alg: 'ES256', kid: 'rsa-1', typ: 'at+jwt' }),
      'RS256 claimed for an EC key': () => signToken(rsa, goodClaims(), { alg: 'RS256', kid: 'key-1', typ: 'at+jwt' }),
      'ES384 claimed': () => signToken(evil, goodClaims(), { alg: 'ES384', kid: 'key-1', typ: 'at+jwt' }),
      'signed by a stranger under our kid': () => signToken(evil),
      'of an unknown kid': () => signed({}, { kid: 'nobody' }),
      'of a kid that is a path': () => signed({}, { kid: '../../../../dev/null' }),
      'of a kid that is SQL': () => signed({}, { kid: "key-1' UNION SELECT 'x" }),
      'of a kid with a prototype’s name': () => signed({}, { kid: '__proto__' }),
      'of a kid that is no text': () => signed({}, { kid: { $ne: null } }),
      'without a kid': () => signed({}, { kid: undefined }),
      'with a key of its own (jwk)': () =>
        signToken(evil, goodClaims(), { alg: 'ES256', typ: 'at+jwt', kid: 'key-1', jwk: evil.jwk }),
      'with the address of its key (jku)': () => signed({}, { jku: 'https://evil.example/jwks.json' }),
      'with a certificate’s address (x5u)': () => signed({}, { x5u: 'https://evil.example/cert.pem' }),
      'with a certificate of its own (x5c)': () => signed({}, { x5c: ['MIIB'] }),
      'of a kid that is a URL': () => signed({}, { kid: 'https://evil.example/jwks.json#key-1' }),
      'of a kid with a line feed': () => signed({}, { kid: 'key-1\n' }),
      'of a kid beyond any length': () => signed({}, { kid: 'k'.repeat(500) }),
      'encrypted by its header (enc)': () => signed({}, { enc: 'A256GCM' }),
      'compressed by its header (zip)': () => signed({}, { zip: 'DEF' }),
      'with a critical extension': () => signed({}, { crit: ['b64'], b64: false }),
      'of type ID token': () => signed({}, { typ: 'id+jwt' }),
      'of type JWT': () => signed({}, { typ: 'JWT' }),
      'without a type': () => signed({}, { typ: undefined }),
      'good a year from now': () =>
        signed({ iat: now() + 31_536_000, nbf: now() + 31_536_000, exp: now() + 31_536_600 }),
      expired: () => signed({ exp: now() - 60 }),
      'not valid yet': () => signed({ nbf: now() + 60 }),
      'issued in the future': () => signed({ iat: now() + 60, nbf: undefined }),
      'without an end': () => signed({ exp: undefined }),
      'with an end that is text': () => signed({ exp: '9999999999' }),
      'with no finite end': () =>
        signToken(
          gateway.key,
          `{${JSON.stringify(goodClaims())
            .slice(1, -1)
            .replace(/"exp":\d+/, '"exp":1e999')}}`,
        ),
      'for another audience': () => signed({ aud: 'other-api' }),
      'for a longer audience': () => signed({ aud: 'outlay-api-admin' }),
      'without an audience': () => signed({ aud: undefined }),
      'for an audience that is an object': () => signed({ aud: { 'outlay-api': true } }),
      'from no issuer': () => signed({ iss: undefined }),
      'from one issuer among others': () => signed({ iss: ['https://outlay.local'] }),
      'from another issuer': () => signed({ iss: 'https://outlay.local.evil.example' }),
      'without a user': () => signed({ sub: undefined }),
      'without a session': () => signed({ sid: undefined }),
      'with a claim twice': () =>
        signToken(gateway.key, JSON.stringify(goodClaims()).replace('{', '{"sub":"someone-else",')),
      'with a claim twice, once in disguise': () =>
        signToken(gateway.key, JSON.stringify(goodClaims()).replace('{', '{"\\u0073ub":"someone-else",')),
      'with an end twice': () =>
        signToken(
          gateway.key,
          JSON.stringify({ ...goodClaims(), exp: now() - 60 }).replace('}', `,"exp":${now() + 600}}`),
        ),
      'with a kid twice': () =>
        signToken(gateway.key, goodClaims(), '{"alg":"ES256","kid":"nobody","kid":"key-1","typ":"at+jwt"}'),
      'with a header field twice': () =>
        signToken(gateway.key, goodClaims(), '{"alg":"none","alg":"ES256","kid":"key-1","typ":"at+jwt"}'),
      'with claims that are a list': () => signToken(gateway.key, JSON.stringify([goodClaims()])),
      'with claims that are no JSON': () => signToken(gateway.key, '{'),
      'too long': () => signed({ padding: 'a'.repeat(5_000) }),
      'cut short': () => signed({}).slice(0, -1),
      'cut in the payload': () => signed({}).replace(/\.[^.]+\./, (payload) => `${payload.slice(0, -5)}.`),
      'without its signature': () => `${signed({}).split('.').slice(0, 2).join('.')}.`,
      'of two parts': () => signed({}).split('.').slice(0, 2).join('.'),
      'of four parts': () => `${signed({})}.YQ`,
      'with a changed claim': () => {
        const [header, , signature] = signed({}).split('.');
        return `${header}.${part({ ...goodClaims(), sub: 'someone-else' })}.${signature}`;
      },
      'with a signature of zeros': () =>
        `${signed({}).split('.').slice(0, 2).join('.')}.${Buffer.alloc(64).toString('base64url')}`,
      'with an ASN.1 signature': () => {
        const [header, payload, signature] = signed({}).split('.');
        const raw = Buffer.from(signature as string, 'base64url');
        const der = Buffer.concat([
          Buffer.from([0x30, 0x44, 0x02, 0x20]),
          raw.subarray(0, 32),
          Buffer.from([0x02, 0x20]),
          raw.subarray(32),
        ]);
        return `${header}.${payload}.${der.toString('base64url')}`;
      },
      'spelled differently in its spare bits': () => {
        const token = signed({});
        const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
        return token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1) as string) | 1];
      },
      padded: () => `${signed({})}==`,
    };
    for (const [what, token] of Object.entries(attacks))
      it(what, async () => {
        const before = gateway.expense.arrived.length;

        const answer = await ask(`Bearer ${token()}`);

        expect(answer.status).to.equal(401);
        expect(answer.headers.get('www-authenticate')).to.equal('Bearer error="invalid_token"');
        expect(await answer.text()).not.to.include('eyJ');
        expect(gateway.expense.arrived.length).to.equal(before);
      });

    for (const authorization of ['', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', 'Token x'])
      it(`as ${JSON.stringify(authorization)}`, async () => {
        expect((await ask(authorization)).status).to.equal(401);
      });
  });

  it('cannot be judged before the keys are there: 503 and no word of 401', async () => {
    const lone = await startTestGateway({ jwksStatus: 500 });
    const get = () => fetch(`${lone.url}/api/v1/ledgers`, { headers: { authorization: lone.bearer } });

    const answer = await get();

    expect(answer.status).to.equal(503);
    expect(answer.headers.get('retry-after')).to.equal('1');
    expect((await fetch(`${lone.url}/api/v1/auth/login`, { method: 'POST' })).status).to.equal(200);
    lone.published.status = 200;
    while ((await get()).status !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
    await lone.close();
  });
});
