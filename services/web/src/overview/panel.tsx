import { Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './overview.module.css';

interface PanelProps {
  title: string;
  aside?: ReactNode;
  isWide?: boolean;
  isStale?: boolean;
  children: ReactNode;
}

/** A card of the overview with its heading. */
export function Panel({ title, aside, isWide = false, isStale = false, children }: PanelProps) {
  const id = useId();
  return (
    <section className={classes.panel} aria-labelledby={id} data-wide={isWide || undefined}>
      <header className={classes.panelHeader}>
        <Title order={2} id={id}>
          {title}
        </Title>
        {aside}
      </header>
      <div className={isStale ? classes.stale : undefined}>{children}</div>
    </section>
  );
}
