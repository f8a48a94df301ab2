import type { Anomaly } from '@outlay/contracts/anomalies.ts';
import { IconBulb } from '@tabler/icons-react';
import { Link } from 'wouter';
import { filterSearch } from '../expenses/filters.ts';
import { formatMoney } from '../money/format-money.ts';
import classes from './hints.module.css';

/** More would be a list of complaints. */
const shownMax = 3;

/** What stands out in the month, quietly: nothing where nothing does, and never in the way. */
export function Hints({ period, items }: { period: { from: string; to: string }; items: readonly Anomaly[] }) {
  if (items.length === 0) return null;
  return (
    <section aria-label="Worth a look" className={classes.hints}>
      <IconBulb size={18} aria-hidden className={classes.icon} />
      <ul className={classes.list}>
        {items.slice(0, shownMax).map((item) => (
          <li key={`${item.type} ${item.name} ${item.start}`}>
            <Link href={`/expenses${filterSearch(entriesOf(item, period))}`} className={classes.link}>
              <b>{item.name}</b> {inWords(item)}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function inWords({ type, amount, usual, currency }: Anomaly): string {
  const [now, before] = [formatMoney(amount, currency), formatMoney(usual, currency)];
  if (type === 'doubled') return `took ${now} twice within a few days`;
  return type === 'subscription' ? `rose from ${before} to ${now}` : `is at ${now}, usually ${before} a month`;
}

/** Of a doubled payment the first may lie in the month before. */
const entriesOf = ({ type, payee, category }: Anomaly, { from, to }: { from: string; to: string }) => {
  if (payee === null) return { from, to, category: category ?? 'none' };
  return type === 'doubled' ? { to, payee } : { from, to, payee };
};
