import { useComputedColorScheme } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import type { Trend } from '@outlay/contracts/analytics.ts';
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { type EChartsType, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useEffectEvent, useRef } from 'react';
import { formatMonth } from '../money/format-date.ts';
import { formatMoney } from '../money/format-money.ts';
import classes from './trend-card.module.css';
import { trendOption } from './trend-option.ts';

use([BarChart, LineChart, GridComponent, TooltipComponent, SVGRenderer]);

interface TrendChartProps {
  trend: Trend;
  month: string;
  onPick: (month: string) => void;
}

export function TrendChart({ trend, month, onPick }: TrendChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);
  const scheme = useComputedColorScheme('light');
  const isStill = useReducedMotion();
  const pick = useEffectEvent((index: number) => {
    const start = trend.points[index]?.start;
    if (start) onPick(start.slice(0, 7));
  });
  useEffect(() => {
    const made = init(box.current!, null, { renderer: 'svg' });
    chart.current = made;
    // Anywhere in the month's column, not just on the bar, which may be too small to hit.
    made.getZr().on('click', ({ offsetX, offsetY }) => {
      const [index] = made.convertFromPixel({ gridIndex: 0 }, [offsetX, offsetY]);
      if (index !== undefined && made.containPixel('grid', [offsetX, offsetY])) pick(index);
    });
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(box.current!);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, []);
  useEffect(() => {
    chart.current?.setOption(trendOption(trend, month, { isDark: scheme === 'dark', isStill }));
  }, [trend, month, scheme, isStill]);
  return <div ref={box} className={classes.chart} role="img" aria-label={describe(trend)} />;
}

/** The chart in a sentence; the table has every figure. */
function describe({ points, currency }: Trend): string {
  const highest = points.reduce((a, b) => (b.totals.spent > a.totals.spent ? b : a));
  const total = points.reduce((sum, { totals }) => sum + totals.spent, 0);
  const money = (minor: number) => formatMoney(minor, currency);
  return `Spending and income by month. ${money(total)} spent in ${points.length} months, most in ${formatMonth(highest.start)}: ${money(highest.totals.spent)}.`;
}
