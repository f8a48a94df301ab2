import { Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { Logo } from '../shell/logo.tsx';
import classes from './auth-layout.module.css';

/** Months of an imagined year, as parts of the tallest bar; only there to be looked at. */
const skyline = [52, 61, 47, 70, 58, 83, 64, 55, 91, 66, 74, 49];

interface AuthLayoutProps {
  title: string;
  lead: string;
  children: ReactNode;
}

/** The frame of log-in and register: the form, and beside it on a desktop what one gets. */
export function AuthLayout({ title, lead, children }: AuthLayoutProps) {
  useEffect(() => {
    document.title = `${title} · Outlay`;
  }, [title]);
  return (
    <div className={classes.layout}>
      <main className={classes.main}>
        <div className={classes.form}>
          <div className={classes.brand}>
            <Logo size={36} />
            <span>Outlay</span>
          </div>
          <Title order={1}>{title}</Title>
          <p className={classes.lead}>{lead}</p>
          {children}
        </div>
      </main>
      <aside className={classes.aside} aria-label="About Outlay">
        <p className={classes.claim}>See where your money went.</p>
        <ul className={classes.points}>
          <li>Drop in your bank’s file. Doubles are found before they count.</li>
          <li>Every month, category and trend at a glance, right to the cent.</li>
          <li>Your data on your server. Nobody else looks.</li>
        </ul>
        <div className={classes.skyline} aria-hidden="true">
          {skyline.map((height, month) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a drawing that never changes
            <span key={month} style={{ height: `${height}%` }} data-now={month === 8 || undefined} />
          ))}
        </div>
      </aside>
    </div>
  );
}
