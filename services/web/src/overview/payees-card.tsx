import { Skeleton } from '@mantine/core';
import type { PayeeBreakdown } from '@outlay/contracts/payees.ts';
import { Link } from 'wouter';
import { filterSearch } from '../expenses/filters.ts';
import { formatMoney, formatShare } from '../money/format-money.ts';
import overview from './overview.module.css';
import { Panel } from './panel.tsx';
import classes from './payees-card.module.css';

interface PayeesCardProps {
  period: { from: string; to: string };
  payees: PayeeBreakdown | undefined;
  isStale: boolean;
}

/** Who got the money: the largest payees, each leading to its entries, and the others together. */
export function PayeesCard({ period, payees: figure, isStale }: PayeesCardProps) {
  const payees = figure?.payees.filter(({ payee, spent }) => payee !== '' && spent > 0) ?? [];
  return (
    <Panel title="By payee" isStale={isStale} isWide>
      {!figure && <Skeleton h={120} radius="md" aria-busy="true" />}
      {figure && payees.length === 0 && <p className={overview.quiet}>No payee was paid this month.</p>}
      {figure && payees.length > 0 && (
        <ul className={classes.list}>
          {payees.map(({ payee, spent, share, count }) => (
            <li key={payee}>
              <Link href={`/expenses${filterSearch({ ...period, payee })}`} className={classes.link}>
                <span className={classes.name}>{payee}</span>
                <span className={classes.amount}>{formatMoney(spent, figure.currency)}</span>
                <span className={classes.bar} aria-hidden="true">
                  <span style={{ width: `${share * 100}%` }} />
                </span>
                <span className={classes.part}>
                  {formatShare(share)} · {count === 1 ? '1 entry' : `${count} entries`}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
