import { Button } from '@mantine/core';
import { IconFileImport, IconPlus, IconWallet } from '@tabler/icons-react';
import { Link, useLocation, useSearch } from 'wouter';
import { useExpenseDrawer } from '../expenses/use-expense-drawer.ts';
import { useLatest } from '../expenses/use-expenses.ts';
import { useToday } from '../ledgers/use-ledger.ts';
import { monthPeriod } from '../money/format-date.ts';
import { Page } from '../shell/page.tsx';
import { EmptyState, ErrorState } from '../shell/states.tsx';
import { CategoriesCard } from './categories-card.tsx';
import { Hints } from './hints.tsx';
import { LatestCard } from './latest-card.tsx';
import { readMonth, trendPeriod } from './month.ts';
import { MonthPicker } from './month-picker.tsx';
import classes from './overview.module.css';
import { PayeesCard } from './payees-card.tsx';
import { SummaryCards } from './summary-cards.tsx';
import { TrendCard } from './trend-card.tsx';
import { useAnomalies, useBreakdown, usePayees, useSummary, useTrend } from './use-figures.ts';

export function OverviewPage() {
  const today = useToday();
  const [path, navigate] = useLocation();
  const current = today.slice(0, 7);
  const month = readMonth(new URLSearchParams(useSearch()).get('month'), today);
  const pick = (picked: string) => navigate(picked === current ? path : `${path}?month=${picked}`);
  const any = useLatest(1, {});
  return (
    <Page title="Overview" actions={<MonthPicker month={month} current={current} onChange={pick} />}>
      {any.data?.length === 0 ? <Welcome /> : <Figures month={month} today={today} onPick={pick} />}
    </Page>
  );
}

interface FiguresProps {
  month: string;
  today: string;
  onPick: (month: string) => void;
}

function Figures({ month, today, onPick }: FiguresProps) {
  const period = monthPeriod(month);
  const summary = useSummary(period);
  const trend = useTrend(trendPeriod(month, today));
  const breakdown = useBreakdown(period);
  const latest = useLatest(8, period);
  // Beside the figures, not among them: the page does without, where these cannot be had.
  const payees = usePayees(period);
  const anomalies = useAnomalies(period);
  const failed = [summary, trend, breakdown, latest].find(({ isError, data }) => isError && data === undefined);
  if (failed) {
    const retry = () => {
      for (const query of [summary, trend, breakdown, latest, payees, anomalies])
        if (query.isError) void query.refetch();
    };
    return <ErrorState error={failed.error} onRetry={retry} />;
  }
  return (
    <div className={classes.grid}>
      <SummaryCards month={month} today={today} summary={summary.data} isStale={summary.isPlaceholderData} />
      <TrendCard month={month} trend={trend.data} isStale={trend.isPlaceholderData} onPick={onPick} />
      {anomalies.data && !anomalies.isPlaceholderData && <Hints period={period} items={anomalies.data.items} />}
      <CategoriesCard period={period} breakdown={breakdown.data} isStale={breakdown.isPlaceholderData} />
      <LatestCard period={period} expenses={latest.data} />
      {!payees.isError && <PayeesCard period={period} payees={payees.data} isStale={payees.isPlaceholderData} />}
    </div>
  );
}

function Welcome() {
  const { add } = useExpenseDrawer();
  return (
    <EmptyState
      icon={IconWallet}
      title="Welcome to Outlay"
      actions={
        <>
          <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={add}>
            Add your first expense
          </Button>
          <Button
            component={Link}
            href="/import"
            variant="default"
            leftSection={<IconFileImport size={18} aria-hidden />}
          >
            Import a file
          </Button>
        </>
      }
    >
      Add what you spend, or import your bank’s file. Your totals, trends and categories appear here.
    </EmptyState>
  );
}
