import type { Trend } from '@outlay/contracts/analytics.ts';
import { formatDecimal } from '@outlay/contracts/minor-units.ts';
import type { EChartsCoreOption } from 'echarts/core';
import { formatMonth, formatMonthShort } from '../money/format-date.ts';
import { formatMoney, formatMoneyShort } from '../money/format-money.ts';

const palettes = {
  light: { spent: '#a7d8c5', chosen: '#0f6b57', income: '#3b6fb6', text: '#636c66', line: '#e3e6e2', back: '#ffffff' },
  dark: { spent: '#22594a', chosen: '#52b58f', income: '#7fb0ee', text: '#9da69f', line: '#323834', back: '#282d2a' },
};

interface Look {
  isDark: boolean;
  isStill: boolean;
}

/** Bars of what was spent, the chosen month in full colour, and a line of income. Heights are major units: only pictures. */
export function trendOption({ points, currency }: Trend, month: string, { isDark, isStill }: Look): EChartsCoreOption {
  const color = isDark ? palettes.dark : palettes.light;
  const height = (minor: number) => Number(formatDecimal(minor, currency));
  const unit = height(1);
  return {
    textStyle: { fontFamily: 'system-ui, sans-serif' },
    animation: !isStill,
    animationDuration: 400,
    grid: { left: 4, right: 4, top: 12, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      type: 'category',
      data: points.map(({ start }) => formatMonthShort(start)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: color.line } },
      axisLabel: { color: color.text, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      splitNumber: 4,
      axisLabel: {
        color: color.text,
        formatter: (value: number) => formatMoneyShort(Math.round(value / unit), currency),
      },
      splitLine: { lineStyle: { color: color.line } },
    },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow' },
      backgroundColor: color.back,
      borderColor: color.line,
      textStyle: { color: isDark ? '#dde2de' : '#1d2220', fontSize: 13, fontFamily: 'system-ui, sans-serif' },
      // Only figures and month names come in here, never what a person typed.
      formatter: ([first]: { dataIndex: number }[]) => {
        const point = points[first?.dataIndex ?? 0];
        if (!point) return '';
        const { spent, income, net } = point.totals;
        const row = (name: string, minor: number) => `${name}: <b>${formatMoney(minor, currency)}</b>`;
        return [`<b>${formatMonth(point.start)}</b>`, row('Spent', spent), row('Income', income), row('Net', net)].join(
          '<br>',
        );
      },
    },
    series: [
      {
        name: 'Spent',
        type: 'bar',
        barMaxWidth: 36,
        barCategoryGap: '38%',
        cursor: 'pointer',
        data: points.map(({ start, totals }) => ({
          value: height(totals.spent),
          itemStyle: { color: start.startsWith(month) ? color.chosen : color.spent, borderRadius: [5, 5, 0, 0] },
        })),
      },
      {
        name: 'Income',
        type: 'line',
        symbol: 'circle',
        symbolSize: 7,
        lineStyle: { width: 2, color: color.income },
        itemStyle: { color: color.income },
        data: points.map(({ totals }) => height(totals.income)),
      },
    ],
  };
}
