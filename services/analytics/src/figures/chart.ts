import { formatDecimal } from '@outlay/contracts/minor-units.ts';

/** An ECharts option as plain JSON: without functions, so that it can travel. https://echarts.apache.org/en/option.html */
export type ChartOption = Record<string, unknown>;

/** Height of an amount: major units. A float, because it is only drawn. */
export const height = (minor: number, currency: string): number => Number(formatDecimal(minor, currency));

export const colors = { spent: '#0f6b57', income: '#3b6fb6', net: '#9a6a00' };

/** Series over time, one after the other on a common axis of days. */
export const overTime = (starts: readonly string[], currency: string, series: readonly object[]): ChartOption => ({
  tooltip: { trigger: 'axis' },
  legend: {},
  xAxis: { type: 'category', data: starts },
  yAxis: { type: 'value', name: currency },
  series,
});
