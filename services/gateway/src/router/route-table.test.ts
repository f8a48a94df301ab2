import { expect } from 'chai';
import type { RouteConfig, VirtualHostConfig } from '../bootstrap/bootstrap-schema.ts';
import type { Cluster } from '../upstream/cluster.ts';
import { isPlainPath, pathMatcher } from './path-matcher.ts';
import { RouteTable } from './route-table.ts';

const route = (match: RouteConfig['match'], cluster: string): RouteConfig => ({
  match,
  route: { cluster, timeout: 1_000, upgrade_configs: [] },
  cookies: 'strip',
  response_headers_to_add: {},
});
const host = (name: string, domains: string[], routes: RouteConfig[]): VirtualHostConfig => ({
  name,
  domains,
  routes,
  max_request_bytes: 1_000,
  rate_limits: [],
  response_headers_to_add: {},
});
const table = (...hosts: VirtualHostConfig[]) =>
  new RouteTable(hosts, {
    filtersOf: () => [],
    cluster: (name) => ({ name }) as Cluster,
    files: () => {
      throw new Error('no files here');
    },
  });

describe('a route', () => {
  const cases: [RouteConfig['match'], pattern: string, takes: string[], passesOver: string[]][] = [
    [{ path: '/a/b' }, '/a/b', ['/a/b'], ['/a/b/', '/a/b/c', '/a', '/A/b']],
    [{ path_separated_prefix: '/a' }, '/a/**', ['/a', '/a/', '/a/b/c'], ['/ab', '/']],
    [{ prefix: '/a' }, '/a**', ['/a', '/ab', '/a/b'], ['/b']],
    [
      { path_template: '/l/{ledger}/analytics/**' },
      '/l/{ledger}/analytics/**',
      ['/l/1/analytics/x', '/l/a.b/analytics/x/y'],
      ['/l/1/analytics', '/l/1/analytics/', '/l/1/2/analytics/x', '/l//analytics/x', '/l/1/analyticsx/y'],
    ],
    [{ path_template: '/l/{a}/x.y' }, '/l/{a}/x.y', ['/l/1/x.y'], ['/l/1/xzy']],
  ];
  for (const [match, pattern, takes, passesOver] of cases)
    it(`of ${JSON.stringify(match)} takes just its paths`, () => {
      const matcher = pathMatcher(match);

      expect(matcher.pattern).to.equal(pattern);
      for (const path of takes) expect(matcher.matchesPath(path), path).to.equal(true);
      for (const path of passesOver) expect(matcher.matchesPath(path), path).to.equal(false);
    });

  it('is the first that takes path and method', () => {
    const routes = table(
      host(
        'any',
        ['*'],
        [
          route({ path: '/a', methods: ['POST'] }, 'one'),
          route({ path_separated_prefix: '/a' }, 'two'),
          route({ prefix: '/' }, 'three'),
        ],
      ),
    );

    expect(routes.find('h', 'POST', '/a')?.cluster?.name).to.equal('one');
    expect(routes.find('h', 'GET', '/a')?.cluster?.name).to.equal('two');
    expect(routes.find('h', 'GET', '/b')?.cluster?.name).to.equal('three');
  });

  it('belongs to the virtual host that names the host best', () => {
    const all = [route({ prefix: '/' }, 'any')];
    const routes = table(
      host('any', ['*'], all),
      host('exact', ['app.example'], [route({ prefix: '/' }, 'exact')]),
      host('suffix', ['*.example'], [route({ prefix: '/' }, 'suffix')]),
      host('longer', ['*.eu.example'], [route({ prefix: '/' }, 'longer')]),
    );
    const clusterOf = (name: string) => routes.find(name, 'GET', '/')?.cluster?.name;

    expect(clusterOf('APP.example:8080')).to.equal('exact');
    expect(clusterOf('x.example')).to.equal('suffix');
    expect(clusterOf('x.eu.example')).to.equal('longer');
    expect(clusterOf('example')).to.equal('any');
    expect(clusterOf('notexample')).to.equal('any');
  });

  it('is none where no virtual host is', () => {
    expect(table(host('a', ['a.example'], [route({ prefix: '/' }, 'a')])).find('b', 'GET', '/')).to.equal(undefined);
  });
});

describe('a path', () => {
  it('is plain where everyone reads it alike', () => {
    for (const path of ['/', '/a/b', '/a.b/..c/.d', '/a%20b', "/~a!$&'()*+,;=:@", '/...', '/%C3%A4'])
      expect(isPlainPath(path), path).to.equal(true);
    for (const path of [
      '',
      'a',
      '/a b',
      '/ä',
      '/a#b',
      '/a/../b',
      '/.',
      '/a//b',
      '/a%2Fb',
      '/a%5cb',
      '/%2E',
      '/%00',
      '/%',
      '/\\',
    ])
      expect(isPlainPath(path), path).to.equal(false);
  });
});
