import { Skeleton } from '@mantine/core';
import type { Summary } from '@outlay/contracts/analytics.ts';
import type { Forecast } from '@outlay/contracts/forecast.ts';
import { IconArrowDownRight, IconArrowUpRight, IconMinus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { formatMonth, formatMonthName } from '../money/format-date.ts';
import { formatMoney, formatShare } from '../money/format-money.ts';
import { daysSoFar, sameDaysBefore } from './month.ts';
import classes from './overview.module.css';
import { useForecast, useSummary } from './use-figures.ts';

interface SummaryCardsProps {
  month: string;
  today: string;
  summary: Summary | undefined;
  isStale: boolean;
}

/** The month in four figures: what was spent first and largest. */
export function SummaryCards({ month, today, summary, isStale }: SummaryCardsProps) {
  const isRunning = month === today.slice(0, 7);
  const sameDays = useSummary(sameDaysBefore(today), isRunning);
  const forecast = useForecast(isRunning);
  if (!summary || (isRunning && sameDays.isPending)) return <SummaryLoading />;
  const { totals, currency } = summary;
  const before = isRunning && sameDays.data ? sameDays.data : summary.previous;
  const days = daysSoFar(month, today);
  return (
    <section aria-label="Figures of the month" className={classes.summary} data-stale={isStale || undefined}>
      <div className={classes.hero}>
        <Figure label="Spent">
          <span className={classes.heroAmount}>{formatMoney(totals.spent, currency)}</span>
        </Figure>
        <Change
          by={totals.spent - before.totals.spent}
          before={before.totals.spent}
          currency={currency}
          than={isRunning ? `at this point in ${formatMonthName(before.from)}` : `in ${formatMonth(before.from)}`}
        />
        {isRunning && forecast.data?.month && <Heading month={forecast.data.month} currency={forecast.data.currency} />}
      </div>
      <div className={classes.card}>
        <Figure label="Income">
          <span className={classes.amount}>{formatMoney(totals.income, currency)}</span>
        </Figure>
      </div>
      <div className={classes.card}>
        <Figure label="Net" note="income − spent">
          <span className={classes.amount} data-tone={totals.net < 0 ? 'bad' : totals.net > 0 ? 'good' : undefined}>
            {formatMoney(totals.net, currency, { sign: true })}
          </span>
        </Figure>
      </div>
      <div className={classes.card}>
        <Figure label="Average per day" note={isRunning ? `over ${days} days so far` : `over ${days} days`}>
          <span className={classes.amount}>{formatMoney(Math.round(totals.spent / days), currency)}</span>
        </Figure>
      </div>
      {summary.otherCurrencies.length > 0 && (
        <p className={classes.others}>
          Entries in {new Intl.ListFormat().format(summary.otherCurrencies)} are not part of these figures.
        </p>
      )}
    </section>
  );
}

const Figure = ({ label, note, children }: { label: string; note?: string; children: ReactNode }) => (
  <dl className={classes.figure}>
    <dt>{label}</dt>
    <dd>
      {children}
      {note && <span className={classes.note}>{note}</span>}
    </dd>
  </dl>
);

/** Whole units: a guess has no cents. */
function Heading({ month, currency }: { month: NonNullable<Forecast['month']>; currency: string }) {
  const [expected, low, high] = [month.expected, month.low, month.high].map((minor) =>
    formatMoney(minor, currency, { whole: true }),
  );
  return (
    <p className={classes.change}>
      Heading for {expected} by the end of the month{low !== high && `, likely ${low} to ${high}`}
    </p>
  );
}

interface ChangeProps {
  /** Minor units more than before. */
  by: number;
  before: number;
  currency: string;
  /** "at this point in October", "in October 2026" */
  than: string;
}

/** More spent is the warning colour, less the calm one; the words say it too. */
function Change({ by, before, currency, than }: ChangeProps) {
  if (before === 0) return <p className={classes.change}>Nothing was spent {than}</p>;
  if (by === 0) {
    return (
      <p className={classes.change}>
        <IconMinus size={17} aria-hidden /> As much as {than}
      </p>
    );
  }
  const Icon = by > 0 ? IconArrowUpRight : IconArrowDownRight;
  return (
    <p className={classes.change}>
      <span className={classes.pill} data-tone={by > 0 ? 'bad' : 'good'}>
        <Icon size={16} aria-hidden />
        {/* Of a negative sum (more refunds than spending) a share says nothing. */}
        {before > 0 ? formatShare(Math.abs(by) / before) : formatMoney(Math.abs(by), currency)}
      </span>
      {by > 0 ? 'more' : 'less'} than {than}
    </p>
  );
}

const SummaryLoading = () => (
  <section className={classes.summary} aria-busy="true" aria-label="Figures of the month">
    <div className={classes.hero}>
      <Skeleton h={14} w={60} mb={14} />
      <Skeleton h={40} w={220} mb={18} />
      <Skeleton h={14} w={180} />
    </div>
    {['Income', 'Net', 'Average'].map((name) => (
      <div key={name} className={classes.card}>
        <Skeleton h={14} w={80} mb={14} />
        <Skeleton h={24} w={110} />
      </div>
    ))}
  </section>
);
