import { expect } from 'chai';
import { startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';
import { goodClaims, signToken } from '../testing/tokens.ts';

const route = (path: string, rbac: string) => `          - match: { path: ${path} }
            route: { cluster: expense }
            rbac: ${rbac}
`;

describe('a route that asks for scopes or roles', () => {
  let gateway: TestGateway;
  before(async () => {
    const routes = [
      route('/scopes', '{ scopes: [expenses:read, expenses:write] }'),
      route('/roles', '{ roles: [admin, auditor] }'),
      route('/both', '{ scopes: [expenses:read], roles: [admin] }'),
    ].join('');
    gateway = await startTestGateway({ edit: (yaml) => yaml.replace('        routes:\n', (line) => line + routes) });
  });
  after(() => gateway.close());

  const ask = (path: string, claims: object) =>
    fetch(gateway.url + path, {
      headers: { authorization: `Bearer ${signToken(gateway.key, { ...goodClaims(), ...claims })}` },
    });

  const cases: [path: string, claims: object, status: number][] = [
    ['/scopes', { scope: 'expenses:write expenses:read more' }, 200],
    ['/scopes', { scope: 'expenses:read' }, 403],
    ['/scopes', { scope: 'expenses:reads expenses:write' }, 403],
    ['/scopes', { roles: ['expenses:read', 'expenses:write'] }, 403],
    ['/scopes', {}, 403],
    ['/roles', { roles: ['user', 'auditor'] }, 200],
    ['/roles', { roles: ['user'] }, 403],
    ['/roles', { scope: 'admin' }, 403],
    ['/both', { scope: 'expenses:read', roles: ['admin'] }, 200],
    ['/both', { scope: 'expenses:read' }, 403],
    ['/both', { roles: ['admin'] }, 403],
    ['/scopes', { scope: ['expenses:read', 'expenses:write'] }, 401],
    ['/roles', { roles: 'admin' }, 401],
  ];
  for (const [path, claims, status] of cases)
    it(`answers ${status} at ${path} to ${JSON.stringify(claims)}`, async () => {
      expect((await ask(path, claims)).status).to.equal(status);
    });

  it('says what is lacking, as RFC 6750 has it', async () => {
    const answer = await ask('/scopes', {});

    expect(answer.headers.get('www-authenticate')).to.equal(
      'Bearer error="insufficient_scope", scope="expenses:read expenses:write"',
    );
    expect(await answer.json()).to.include({ type: '/problems/insufficient-scope', status: 403 });
  });

  it('asks for a token first', async () => {
    expect((await fetch(`${gateway.url}/scopes`)).status).to.equal(401);
  });
});
