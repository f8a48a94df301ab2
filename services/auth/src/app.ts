import { createAuthentication } from '@outlay/identity/authentication.ts';
import { createUserTokenVerifier } from '@outlay/identity/user-token.ts';
import type { WorkloadVerifier } from '@outlay/identity/workload-token.ts';
import { createApp } from '@outlay/service-kit/create-app.ts';
import type { Log } from '@outlay/service-kit/log.ts';
import type { Metrics } from '@outlay/service-kit/metrics.ts';
import type { AppState, Route } from '@outlay/service-kit/route.ts';
import type Koa from 'koa';
import { allowList } from './allow-list.ts';
import type { AuthParts } from './auth-parts.ts';
import { publishKeys } from './keys/publish-keys.ts';
import { login } from './sessions/login.ts';
import { logout } from './sessions/logout.ts';
import { refresh } from './sessions/refresh.ts';
import { tellSessionEnds } from './sessions/tell-session-ends.ts';
import { changeMe, me } from './users/me.ts';
import { register } from './users/register.ts';

/** Every operation of this service. */
export const authRoutes = (parts: AuthParts): Route[] => [
  register(parts),
  login(parts),
  refresh(parts),
  logout(parts),
  me(parts),
  changeMe(parts),
  publishKeys(parts),
  tellSessionEnds(parts),
];

/** The app of the service; verifies users' tokens by its own keys instead of asking itself for them. */
export function createAuthApp(
  parts: AuthParts,
  { workloads, log, metrics }: { workloads: WorkloadVerifier | undefined; log: Log; metrics: Metrics },
): Koa<AppState> {
  const authentication = createAuthentication({
    workloads,
    allowList,
    verifyUser: createUserTokenVerifier({ ...parts.userTokens, keys: parts.keys }),
  });
  return createApp({ routes: authRoutes(parts), authentication, log, metrics });
}
