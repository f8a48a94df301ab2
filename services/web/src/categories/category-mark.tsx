import { Suspense, use } from 'react';
import classes from './category-mark.module.css';

/** Eighty drawings that the first paint does not wait for: the coloured square stands until they are there. */
const loading = import('./category-icons.ts');

interface CategoryMarkProps {
  color: string;
  icon: string;
  size?: number;
}

/** A category's icon in its colour; the name always stands beside it, so it is decoration to a screen reader. */
export const CategoryMark = ({ color, icon, size = 36 }: CategoryMarkProps) => (
  <span className={classes.mark} style={{ width: size, height: size, '--mark': color }} aria-hidden="true">
    <Suspense>
      <Drawing icon={icon} size={Math.round(size * 0.55)} />
    </Suspense>
  </span>
);

function Drawing({ icon, size }: { icon: string; size: number }) {
  const { iconOf } = use(loading);
  const Icon = iconOf(icon);
  return <Icon size={size} stroke={1.8} />;
}
