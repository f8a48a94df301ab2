import type { Ledger } from '@outlay/contracts/ledger.ts';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Redirect, Route, Router, Switch, useLocation } from 'wouter';
import { useExpenseDrawer } from './expenses/use-expense-drawer.ts';
import { LedgerContext, ledgerBase, rememberedLedger, rememberLedger, useLedgers } from './ledgers/use-ledger.ts';
import { OverviewPage } from './overview/overview-page.tsx';
import { ErrorBoundary } from './shell/error-boundary.tsx';
import { NotFoundPage } from './shell/not-found-page.tsx';
import { PageLoading } from './shell/page-loading.tsx';
import { Shell } from './shell/shell.tsx';
import { useShortcut } from './shell/shortcuts.ts';
import { Splash } from './shell/splash.tsx';
import { WholeError } from './shell/states.tsx';

const ExpensesPage = lazy(async () => ({ default: (await import('./expenses/expenses-page.tsx')).ExpensesPage }));
const CategoriesPage = lazy(async () => ({
  default: (await import('./categories/categories-page.tsx')).CategoriesPage,
}));
const ImportPage = lazy(async () => ({ default: (await import('./imports/import-page.tsx')).ImportPage }));
const SettingsPage = lazy(async () => ({ default: (await import('./settings/settings-page.tsx')).SettingsPage }));

// What people do next is no part of the first paint, but fetched soon after it.
const loadDrawer = () => import('./expenses/expense-drawer.tsx');
const ExpenseDrawer = lazy(async () => ({ default: (await loadDrawer()).ExpenseDrawer }));
const ShortcutsDialog = lazy(async () => ({ default: (await import('./shell/shortcuts-dialog.tsx')).ShortcutsDialog }));
const drawerAfterMs = 1_500;

/** The page of a signed-in user: finds the ledger that the address names and shows its screens. */
export function SignedIn() {
  const ledgers = useLedgers();
  if (ledgers.isPending) return <Splash />;
  if (ledgers.isError) return <WholeError error={ledgers.error} onRetry={() => void ledgers.refetch()} />;
  const first = ledgers.data.find((ledger) => ledger.isDefault) ?? ledgers.data[0]!;
  const last = ledgers.data.find((ledger) => ledger.id === rememberedLedger()) ?? first;
  return (
    <Switch>
      <Route path="/">
        <Redirect to={`${ledgerBase(last)}/overview`} replace />
      </Route>
      <Route path="/ledgers/:ledger/*?">
        {({ ledger: id }) => {
          const ledger = ledgers.data.find((each) => each.id === id);
          return (
            <Router base={`/ledgers/${id}`}>
              {ledger ? <LedgerPages key={id} ledger={ledger} /> : <LedgerPages ledger={first} isMissing />}
            </Router>
          );
        }}
      </Route>
      <Route>
        <LedgerPages key={first.id} ledger={first} />
      </Route>
    </Switch>
  );
}

function LedgerPages({ ledger, isMissing = false }: { ledger: Ledger; isMissing?: boolean }) {
  const [path] = useLocation();
  useEffect(() => rememberLedger(ledger.id), [ledger.id]);
  return (
    <LedgerContext value={ledger}>
      <Shell>
        {/* A screen that failed must not take the next one with it. */}
        <ErrorBoundary key={path} isInside>
          <Suspense fallback={<PageLoading />}>{isMissing ? <NotFoundPage /> : <Screens />}</Suspense>
        </ErrorBoundary>
      </Shell>
      <Dialogs />
    </LedgerContext>
  );
}

/** What opens over any screen. */
function Dialogs() {
  const drawer = useExpenseDrawer();
  const [isHelp, setHelp] = useState(false);
  // Once in use the drawer stays, so that it can slide out again.
  const [isReady, setReady] = useState(false);
  useShortcut('?', () => setHelp(true));
  useEffect(() => {
    // Where it cannot be fetched now, opening the drawer tries again and says so.
    const fetchDrawer = () =>
      void loadDrawer().then(
        () => setReady(true),
        () => undefined,
      );
    const timer = setTimeout(fetchDrawer, drawerAfterMs);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Suspense>
      {(isReady || drawer.current !== null) && <ExpenseDrawer />}
      {isHelp && <ShortcutsDialog onClose={() => setHelp(false)} />}
    </Suspense>
  );
}

const Screens = () => (
  <Switch>
    <Route path="/overview" component={OverviewPage} />
    <Route path="/expenses" component={ExpensesPage} />
    <Route path="/import" component={ImportPage} />
    <Route path="/categories" component={CategoriesPage} />
    <Route path="/settings" component={SettingsPage} />
    <Route component={NotFoundPage} />
  </Switch>
);
