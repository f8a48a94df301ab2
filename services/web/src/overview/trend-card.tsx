import { Anchor, Button, Skeleton } from '@mantine/core';
import type { Trend } from '@outlay/contracts/analytics.ts';
import { IconChartBar, IconTable } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { formatMonth } from '../money/format-date.ts';
import { formatMoney } from '../money/format-money.ts';
import { Panel } from './panel.tsx';
import classes from './trend-card.module.css';

/** ECharts is by far the largest part of the page; the figures above are readable before it comes. */
const TrendChart = lazy(async () => ({ default: (await import('./trend-chart.tsx')).TrendChart }));

interface TrendCardProps {
  month: string;
  trend: Trend | undefined;
  isStale: boolean;
  onPick: (month: string) => void;
}

/** Twelve months of spending and income, as a chart or as a table. */
export function TrendCard({ month, trend, isStale, onPick }: TrendCardProps) {
  const [isTable, setTable] = useState(false);
  return (
    <Panel
      title="Twelve months"
      isWide
      isStale={isStale}
      aside={
        <div className={classes.aside}>
          {!isTable && (
            <ul className={classes.legend} aria-hidden="true">
              <li data-series="spent">Spent</li>
              <li data-series="income">Income</li>
            </ul>
          )}
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            leftSection={isTable ? <IconChartBar size={16} aria-hidden /> : <IconTable size={16} aria-hidden />}
            onClick={() => setTable(!isTable)}
          >
            {isTable ? 'Show as chart' : 'Show as table'}
          </Button>
        </div>
      }
    >
      {!trend && <ChartLoading />}
      {trend && isTable && <TrendTable trend={trend} month={month} onPick={onPick} />}
      {trend && !isTable && (
        <Suspense fallback={<ChartLoading />}>
          <TrendChart trend={trend} month={month} onPick={onPick} />
        </Suspense>
      )}
    </Panel>
  );
}

const ChartLoading = () => (
  <div className={classes.chart} aria-busy="true">
    <Skeleton h="100%" radius="md" />
  </div>
);

function TrendTable({ trend, month, onPick }: { trend: Trend; month: string; onPick: (month: string) => void }) {
  const money = (minor: number) => formatMoney(minor, trend.currency);
  return (
    <div className={classes.scroll}>
      <table className={classes.table} aria-label="Spending and income by month">
        <thead>
          <tr>
            <th scope="col">Month</th>
            <th scope="col">Spent</th>
            <th scope="col">Income</th>
            <th scope="col">Net</th>
          </tr>
        </thead>
        <tbody>
          {trend.points.toReversed().map(({ start, totals }) => (
            <tr key={start} data-chosen={start.startsWith(month) || undefined}>
              <th scope="row">
                <Anchor component="button" type="button" inherit onClick={() => onPick(start.slice(0, 7))}>
                  {formatMonth(start)}
                </Anchor>
              </th>
              <td>{money(totals.spent)}</td>
              <td>{money(totals.income)}</td>
              <td>{money(totals.net)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
