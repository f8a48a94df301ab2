import { Loader, VisuallyHidden } from '@mantine/core';
import { Logo } from './logo.tsx';
import classes from './splash.module.css';

/** Stands while the session is taken up; fades in late, so that a fast start never shows it. */
export const Splash = () => (
  <main className={classes.splash} aria-busy="true">
    <VisuallyHidden component="h1">Outlay</VisuallyHidden>
    <Logo size={48} />
    <Loader size="sm" type="dots" aria-label="Loading" role="img" />
  </main>
);
