import { Skeleton, VisuallyHidden } from '@mantine/core';
import classes from './page.module.css';

/** The shape of a screen while its code arrives. */
export const PageLoading = () => (
  <div className={classes.page} aria-busy="true">
    <VisuallyHidden component="h1">Loading</VisuallyHidden>
    <Skeleton h={36} w={180} />
    <Skeleton h={140} radius="lg" />
    <Skeleton h={280} radius="lg" />
  </div>
);
