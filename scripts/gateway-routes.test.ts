import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverLimits } from '@outlay/service-kit/serve.ts';
import { expect } from 'chai';
import { preferredWaitMs } from '../services/expense/src/imports/prefer-wait.ts';
import { loadBootstrap } from '../services/gateway/src/bootstrap/load-bootstrap.ts';
import { pathMatcher } from '../services/gateway/src/router/path-matcher.ts';
import { publicRoutes } from './services.ts';
import { repositoryRoot } from './start/settings.ts';

const file = 'services/gateway/gateway.yaml';
const { listeners, clusters } = loadBootstrap(readFileSync(join(repositoryRoot, file), 'utf8'), file, {});
const [listener] = listeners;
const [host] = listener!.virtual_hosts;

/** What the gateway adds to a head, two of Kubernetes' tokens long. */
const tokensKb = 4;

/** The route that the gateway takes for an operation of the API. */
function routeOf(method: string, path: string) {
  const asked = path.replaceAll(/\{\w+\}/g, '6742c0ffee00c0ffee00beef');
  const found = host!.routes.find(
    ({ match }) => pathMatcher(match).matchesPath(asked) && (match.methods?.includes(method as 'GET') ?? true),
  );
  return { ...found?.route, bytesMax: found?.max_request_bytes ?? host!.max_request_bytes };
}

describe('the gateway as it ships', () => {
  it('gives up on a slow client, a long head and an idle connection before its services do', () => {
    expect(serverLimits.requestTimeout).to.be.above(listener!.request_timeout);
    expect(serverLimits.maxHeaderSize).to.be.at.least(1_024 * (listener!.max_request_headers_kb + tokensKb));
    for (const { idle_timeout: idleMs } of clusters) expect(serverLimits.keepAliveTimeout).to.be.above(idleMs);
  });

  for (const { method, path, headers, bodyBytesMax = 0 } of publicRoutes())
    it(`lets ${method.toUpperCase()} ${path} through, with as long a body and as long a wait as its service takes`, () => {
      const { cluster, timeout = 0, bytesMax } = routeOf(method.toUpperCase(), path);
      const waitsMs = headers?.Prefer === undefined ? 0 : preferredWaitMs('wait=999999');

      expect(cluster).to.be.oneOf(['auth', 'expense', 'analytics']);
      expect(bytesMax).to.be.at.least(bodyBytesMax);
      expect(timeout).to.be.above(waitsMs);
    });
});
