import { ActionIcon, Button, Kbd } from '@mantine/core';
import { IconLogout, IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useUser } from '../api/session.ts';
import { logOut } from '../auth/log-out.ts';
import { searchId } from '../expenses/search-id.ts';
import { useExpenseDrawer } from '../expenses/use-expense-drawer.ts';
import { LedgerMenu } from '../ledgers/ledger-menu.tsx';
import { BottomNav } from './bottom-nav.tsx';
import { Logo } from './logo.tsx';
import { navItems } from './nav-items.ts';
import { SchemeToggle } from './scheme-toggle.tsx';
import classes from './shell.module.css';
import { useShortcut } from './shortcuts.ts';

/** What stands round every screen: the sidebar on a desktop, a bar above and below on a phone. */
export function Shell({ children }: { children: ReactNode }) {
  const drawer = useExpenseDrawer();
  const [, navigate] = useLocation();
  useShortcut('n', drawer.add);
  useShortcut('/', () => {
    const search = document.getElementById(searchId);
    if (search) search.focus();
    else navigate('/expenses', { state: { isSearch: true } });
  });
  return (
    <div className={classes.shell}>
      <a href="#content" className={classes.skip}>
        Skip to content
      </a>
      <Sidebar onAdd={drawer.add} />
      <header className={classes.topBar}>
        <Logo size={30} />
        <div className={classes.topLedger}>
          <LedgerMenu />
        </div>
        <SchemeToggle />
      </header>
      <main id="content" className={classes.main} tabIndex={-1}>
        {children}
      </main>
      <BottomNav onAdd={drawer.add} />
    </div>
  );
}

function Sidebar({ onAdd }: { onAdd: () => void }) {
  const [location] = useLocation();
  const user = useUser();
  return (
    <header className={classes.sidebar}>
      <div className={classes.brand}>
        <Logo size={30} />
        <span>Outlay</span>
        <SchemeToggle />
      </div>
      <LedgerMenu />
      <Button
        leftSection={<IconPlus size={18} aria-hidden />}
        rightSection={
          <Kbd size="xs" className={classes.hint} aria-hidden>
            N
          </Kbd>
        }
        onClick={onAdd}
        justify="space-between"
        aria-keyshortcuts="n"
      >
        Add expense
      </Button>
      <nav aria-label="Main" className={classes.nav}>
        {navItems.map(({ path, label, icon: Icon }) => {
          const isHere = location.startsWith(path);
          return (
            <Link key={path} href={path} className={classes.link} aria-current={isHere ? 'page' : undefined}>
              <Icon size={20} stroke={1.7} aria-hidden />
              {label}
            </Link>
          );
        })}
      </nav>
      <div className={classes.user}>
        <span className={classes.avatar} aria-hidden="true">
          {user.name.charAt(0).toLocaleUpperCase()}
        </span>
        <div className={classes.who}>
          <strong>{user.name}</strong>
          <span>{user.email}</span>
        </div>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Log out" title="Log out" onClick={logOut}>
          <IconLogout size={18} stroke={1.7} aria-hidden />
        </ActionIcon>
      </div>
    </header>
  );
}
