// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file under test has placeholders
import { readFileSync } from 'node:fs';
import { ConfigError } from '@outlay/service-kit/config.ts';
import { expect } from 'chai';
import { loadBootstrap } from './load-bootstrap.ts';

const shipped = readFileSync(new URL('../../gateway.yaml', import.meta.url), 'utf8');
const load = (text: string, env: Record<string, string> = {}) => loadBootstrap(text, 'gateway.yaml', env);

/** The line that a person gets to read. */
function refusalOf(text: string, env: Record<string, string> = {}): string {
  try {
    load(text, env);
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('was accepted');
}

const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length;

describe('loading gateway.yaml', () => {
  it('accepts the shipped file with nothing set in the environment', () => {
    const { listeners, clusters, admin } = load(shipped);

    expect(listeners[0]?.port).to.equal(8080);
    expect(admin.port).to.equal(9000);
    expect(clusters.map((cluster) => [cluster.name, cluster.endpoints?.[0]])).to.deep.equal([
      ['auth', 'http://127.0.0.1:3001'],
      ['expense', 'http://127.0.0.1:3002'],
      ['analytics', 'http://127.0.0.1:3003'],
      ['gateway', 'http://127.0.0.1:8080'],
    ]);
  });

  it('takes values from the environment, numbers as numbers, an empty variable as unset', () => {
    const { listeners, clusters } = load(shipped, { PORT: '81', EXPENSE_URL: 'http://expense:3002', AUTH_URL: '' });

    expect(listeners[0]?.port).to.equal(81);
    expect(clusters[0]?.endpoints).to.deep.equal(['http://127.0.0.1:3001']);
    expect(clusters[1]?.endpoints).to.deep.equal(['http://expense:3002']);
  });

  it('never lets a value of the environment become structure', () => {
    const { jwt_authn } = load(shipped, { USER_TOKEN_ISSUER: 'a\n      audiences: [evil]' });

    expect(jwt_authn.providers.outlay?.issuer).to.equal('a\n      audiences: [evil]');
    expect(jwt_authn.providers.outlay?.audiences).to.deep.equal(['outlay-api']);
  });

  it('reads durations and sizes in units', () => {
    const [listener] = load(shipped.replace('timeout: 60s', 'timeout: 250ms')).listeners;
    const imports = listener?.virtual_hosts[0]?.routes.find(({ match }) => match.path_template?.endsWith('/imports'));

    expect(imports?.route?.timeout).to.equal(250);
    expect(imports?.max_request_bytes).to.equal(20_971_520);
  });

  const cases: [string, from: string, to: string, message: RegExp][] = [
    ['a port out of range', 'port: ${PORT:-8080}', 'port: 99999', /listeners\[0\]\.port too big/],
    ['a duration without a unit', 'timeout: 30s', 'timeout: 30', /route\.timeout must be a duration such as/],
    ['an unknown key', 'workload_audience: auth', 'workload_audiense: auth', /clusters\[0\]\.workload_audiense is not/],
    ['a route to no cluster', 'cluster: analytics, ', 'cluster: analitics, ', /no cluster is named "analitics"/],
    ['a route with two matches', 'path: /api/docs', 'path: /api/docs, prefix: /x', /must have exactly one of path/],
    ['a limit that nobody defines', 'rate_limits: [sign_in]', 'rate_limits: [sign_on]', /no limit is named "sign_on"/],
    ['a limit per user where there is none', 'rate_limits: [sign_in]', 'rate_limits: [api]', /"api" is per user, but/],
    ['scopes without a token', 'rate_limits: [sign_in]', 'rbac: { scopes: [a] }', /rbac needs a token/],
    [
      'a feed from no cluster',
      'cluster: auth\n      remote_jwks',
      'cluster: aut\n      remote_jwks',
      /revocation_feed.*"aut"/,
    ],
    ['an empty bucket', 'max_tokens: ${SIGN_IN_LIMIT:-60}', 'max_tokens: 0', /token_bucket\.max_tokens too small/],
    ['a fault for ever', '${FAULT_DELAY:-1s}', '5m', /fixed_delay must be a minute at most/],
    ['a percentage above all', '${FAULT_ABORT_PERCENT:-0}', '101', /abort\.percentage too big/],
    [
      'credentials for everybody',
      'cors:\n          allow_origin_string_match: ${CORS_ALLOWED_ORIGINS:-}',
      "cors:\n          allow_origin_string_match: '*'\n          allow_credentials: true",
      /cors must not allow credentials to every origin/,
    ],
    [
      'a field that says where answers end',
      'response_headers_to_add:',
      'response_headers_to_add:\n          Content-Length: "0"',
      /response_headers_to_add\.Content-Length must leave to the gateway/,
    ],
    ['a variable that is not set', '${PORT:-8080}', '${NO_SUCH}', /NO_SUCH is not set/],
    ['a doubled key', 'port: ${PORT:-8080}', 'port: 1\n    port: 2', /Map keys must be unique/],
    ['an endpoint that is no http URL', '${AUTH_URL:-http://127.0.0.1:3001}', 'ftp://x', /must be an http:\/\/ URL/],
  ];
  for (const [what, from, to, message] of cases)
    it(`refuses ${what} in one line with its place`, () => {
      const text = shipped.replace(from, () => to);
      expect(text).not.to.equal(shipped);

      const refusal = refusalOf(text);

      expect(refusal).to.match(message);
      expect(refusal).not.to.include('\n');
      const line = lineOf(shipped, from) + (what === 'a doubled key' || what.startsWith('a field') ? 1 : 0);
      expect(refusal).to.include(`gateway.yaml:${line} `);
    });

  it('names every wrong place at once', () => {
    const text = shipped.replace('port: ${PORT:-8080}', () => 'port: x').replace('issuer: ', 'isuer: ');

    const refusal = refusalOf(text);

    expect(refusal).to.match(/listeners\[0\]\.port .*; .*issuer is missing; .*isuer is not known here/);
  });

  it('says which variable has a wrong value by the place where it is used', () => {
    expect(refusalOf(shipped, { PORT: 'eighty' })).to.equal(
      `Wrong configuration: gateway.yaml:${lineOf(shipped, 'port: ${PORT')} listeners[0].port invalid input: expected number, received string`,
    );
  });
});
