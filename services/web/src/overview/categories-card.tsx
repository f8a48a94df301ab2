import { ActionIcon, Skeleton } from '@mantine/core';
import type { CategoryBreakdown } from '@outlay/contracts/analytics.ts';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { CategoryMark } from '../categories/category-mark.tsx';
import { filterSearch } from '../expenses/filters.ts';
import { formatMoney, formatShare } from '../money/format-money.ts';
import classes from './categories-card.module.css';
import overview from './overview.module.css';
import { Panel } from './panel.tsx';

interface CategoriesCardProps {
  period: { from: string; to: string };
  breakdown: CategoryBreakdown | undefined;
  isStale: boolean;
}

type Share = CategoryBreakdown['categories'][number]['children'][number];

/** What was spent by category: one bar of all, then each with its share; the second level opens below its parent. */
export function CategoriesCard({ period, breakdown, isStale }: CategoriesCardProps) {
  const spent = breakdown?.categories.filter((share) => share.spent !== 0) ?? [];
  return (
    <Panel title="By category" isStale={isStale}>
      {!breakdown && <Skeleton h={220} radius="md" aria-busy="true" />}
      {breakdown && spent.length === 0 && <p className={overview.quiet}>Nothing was spent this month.</p>}
      {breakdown && spent.length > 0 && (
        <>
          <div className={classes.strip} aria-hidden="true">
            {spent
              .filter(({ share }) => share > 0)
              .map(({ category, color, share }) => (
                <span key={category} style={{ flexGrow: share, background: color }} />
              ))}
          </div>
          <ul className={classes.list}>
            {spent.map((share) => (
              <Row
                key={share.category}
                share={share}
                nested={share.children.filter((child) => child.spent !== 0)}
                period={period}
                currency={breakdown.currency}
              />
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

interface RowProps {
  share: Share;
  nested: Share[];
  period: { from: string; to: string };
  currency: string;
}

function Row({ share, nested, period, currency }: RowProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li>
      <div className={classes.row}>
        <ShareLink share={share} period={period} currency={currency} />
        {nested.length > 0 && (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-expanded={isOpen}
            aria-label={`Parts of ${share.name}`}
            onClick={() => setOpen(!isOpen)}
          >
            <IconChevronDown size={18} className={classes.chevron} aria-hidden />
          </ActionIcon>
        )}
      </div>
      {isOpen && (
        <ul className={classes.nested}>
          {nested.map((child) => (
            <li key={child.category} className={classes.row}>
              <ShareLink share={child} period={period} currency={currency} isNested />
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** Leads to the list of what the figure is made of. */
function ShareLink({ share, period, currency, isNested = false }: Omit<RowProps, 'nested'> & { isNested?: boolean }) {
  const { category, name, color, icon, spent, share: part } = share;
  return (
    <Link href={`/expenses${filterSearch({ ...period, category: category ?? 'none' })}`} className={classes.link}>
      <CategoryMark color={color} icon={icon} size={isNested ? 28 : 34} />
      <span className={classes.figures}>
        <span className={classes.name}>{name}</span>
        <span className={classes.amount}>{formatMoney(spent, currency)}</span>
      </span>
      <span className={classes.measure}>
        <span className={classes.bar} aria-hidden="true">
          <span style={{ width: `${Math.max(0, Math.min(1, part)) * 100}%`, background: color }} />
        </span>
        <span className={classes.part}>{formatShare(part)}</span>
      </span>
    </Link>
  );
}
