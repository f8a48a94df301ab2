import { Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { arrival } from './navigation.ts';
import classes from './page.module.css';

interface PageProps {
  title: string;
  /** What stands right of the heading. */
  actions?: ReactNode;
  /** Narrow pages (forms, settings) read better with shorter lines. */
  isNarrow?: boolean;
  children: ReactNode;
}

/** A screen: document title, the one h1, and the focus on it after a link was followed, so that screen readers read on there. */
export function Page({ title, actions, isNarrow = false, children }: PageProps) {
  const screen = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Outlay`;
  }, [title]);
  useEffect(() => {
    if (arrival() === 'load') return;
    if (arrival() === 'push') scrollTo(0, 0);
    // Unless the screen itself has put it where people want to go on.
    if (!screen.current?.contains(document.activeElement)) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div ref={screen} className={classes.page} data-narrow={isNarrow || undefined}>
      <header className={classes.header}>
        <Title order={1} ref={heading} tabIndex={-1}>
          {title}
        </Title>
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}
