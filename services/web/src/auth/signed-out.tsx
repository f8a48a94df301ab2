import { Redirect, Route, Switch } from 'wouter';
import { LoginPage } from './login-page.tsx';
import { RegisterPage } from './register-page.tsx';

/** What a visitor sees; any other address waits in `next` until after the log-in. */
export const SignedOut = ({ isExpired }: { isExpired: boolean }) => (
  <Switch>
    <Route path="/register">
      <RegisterPage />
    </Route>
    <Route path="/login">
      <LoginPage isExpired={isExpired} />
    </Route>
    <Route>
      <Redirect to={`/login${nextOf(location)}`} replace />
    </Route>
  </Switch>
);

const nextOf = ({ pathname, search }: Location): string =>
  pathname === '/' ? '' : `?next=${encodeURIComponent(pathname + search)}`;
