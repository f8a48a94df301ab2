import { UnstyledButton } from '@mantine/core';
import { IconDots, IconLogout, IconPlus } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import { useUser } from '../api/session.ts';
import { logOut } from '../auth/log-out.ts';
import classes from './bottom-nav.module.css';
import { navItems } from './nav-items.ts';
import { PopupButton, PopupDivider, PopupLink, PopupMenu } from './popup-menu.tsx';

const onBar = navItems.slice(0, 3);
const underMore = navItems.slice(3);

/** The phone's navigation, in reach of the thumb, with the main deed in the middle. */
export function BottomNav({ onAdd }: { onAdd: () => void }) {
  const [location] = useLocation();
  const tab = ({ path, label, icon: Icon }: (typeof navItems)[number]) => (
    <Link key={path} href={path} className={classes.tab} aria-current={location.startsWith(path) ? 'page' : undefined}>
      <Icon size={23} stroke={1.7} aria-hidden />
      {label}
    </Link>
  );
  return (
    <nav aria-label="Main" className={classes.bar}>
      {onBar.slice(0, 2).map(tab)}
      <UnstyledButton className={classes.add} onClick={onAdd} aria-label="Add expense">
        <IconPlus size={26} stroke={2} aria-hidden />
      </UnstyledButton>
      {onBar.slice(2).map(tab)}
      <More isHere={underMore.some(({ path }) => location.startsWith(path))} />
    </nav>
  );
}

function More({ isHere }: { isHere: boolean }) {
  const user = useUser();
  return (
    <PopupMenu
      position="top-end"
      width={250}
      trigger={(toggle) => (
        <UnstyledButton className={classes.tab} data-here={isHere || undefined} onClick={toggle}>
          <IconDots size={23} stroke={1.7} aria-hidden />
          More
        </UnstyledButton>
      )}
    >
      {underMore.map(({ path, label, icon }) => (
        <PopupLink key={path} href={path} icon={icon}>
          {label}
        </PopupLink>
      ))}
      <PopupDivider />
      <p className={classes.who}>{user.email}</p>
      <PopupButton icon={IconLogout} onClick={logOut}>
        Log out
      </PopupButton>
    </PopupMenu>
  );
}
