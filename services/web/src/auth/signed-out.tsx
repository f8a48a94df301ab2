import { Redirect, Route, Switch } from 'wouter';
import type { SignedOutReason } from '../api/session.ts';
import { LoginPage } from './login-page.tsx';
import { RegisterPage } from './register-page.tsx';

/** What a visitor sees; any other address waits in `next` until after the log-in. */
export const SignedOut = ({ reason }: { reason: SignedOutReason }) => (
  <Switch>
    <Route path="/register">
      <RegisterPage />
    </Route>
    <Route path="/login">
      <LoginPage isExpired={reason === 'expired'} />
    </Route>
    <Route>
      {/* Who logs out leaves; the next may be somebody else. */}
      <Redirect to={reason === 'logged-out' ? '/login' : `/login${nextOf(location)}`} replace />
    </Route>
  </Switch>
);

const nextOf = ({ pathname, search }: Location): string =>
  pathname === '/' ? '' : `?next=${encodeURIComponent(pathname + search)}`;
