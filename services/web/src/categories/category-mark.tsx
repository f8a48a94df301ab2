import { iconOf } from './category-icons.ts';
import classes from './category-mark.module.css';

interface CategoryMarkProps {
  color: string;
  icon: string;
  size?: number;
}

/** A category's icon in its colour; the name always stands beside it, so it is decoration to a screen reader. */
export function CategoryMark({ color, icon, size = 36 }: CategoryMarkProps) {
  const Icon = iconOf(icon);
  return (
    <span className={classes.mark} style={{ width: size, height: size, '--mark': color }} aria-hidden="true">
      <Icon size={Math.round(size * 0.55)} stroke={1.8} />
    </span>
  );
}
