import { lazy, Suspense, useEffect } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { queryClient } from './api/query-client.ts';
import { maySignIn, restore, useSession } from './api/session.ts';
import { nextAddress } from './auth/next-address.ts';
import { ErrorBoundary } from './shell/error-boundary.tsx';
import { Splash } from './shell/splash.tsx';
import { WholeError } from './shell/states.tsx';
import { Toasts } from './shell/toasts.tsx';

const loadSignedIn = () => import('./signed-in.tsx');
const loadSignedOut = () => import('./auth/signed-out.tsx');
const SignedIn = lazy(async () => ({ default: (await loadSignedIn()).SignedIn }));
const SignedOut = lazy(async () => ({ default: (await loadSignedOut()).SignedOut }));
// Beside the request that takes up the session, not after it.
void (maySignIn() ? loadSignedIn() : loadSignedOut());

export function App() {
  const session = useSession();
  useEffect(() => {
    // One person's figures must not wait in memory for the next.
    if (session.status === 'signed-out') queryClient.clear();
  }, [session.status]);
  return (
    <ErrorBoundary>
      {session.status === 'restoring' && <Splash />}
      {session.status === 'unreachable' && <WholeError error={session.error} onRetry={() => void restore()} />}
      <Suspense fallback={<Splash />}>
        {session.status === 'signed-out' && <SignedOut reason={session.reason} />}
        {session.status === 'signed-in' && (
          <Switch>
            <Route path="/login">
              <Redirect to={nextAddress(location.search)} replace />
            </Route>
            <Route path="/register">
              <Redirect to={nextAddress(location.search)} replace />
            </Route>
            <Route>
              <SignedIn key={session.user.id} />
            </Route>
          </Switch>
        )}
      </Suspense>
      <Toasts />
    </ErrorBoundary>
  );
}
