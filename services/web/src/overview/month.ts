import { daysInMonth } from '@outlay/contracts/calendar.ts';
import { monthPeriod, shiftMonth } from '../money/format-date.ts';

/** The month that the address names ("2026-11"), or this one. */
export function readMonth(value: string | null, today: string): string {
  return value && /^(19|20|21)\d\d-(0[1-9]|1[0-2])$/.test(value) ? value : today.slice(0, 7);
}

/** Twelve months for the trend: up to this one, or up to the chosen one where it lies outside. */
export function trendPeriod(month: string, today: string): { from: string; to: string } {
  const current = today.slice(0, 7);
  const isInside = month <= current && month >= shiftMonth(current, -11);
  const last = isInside ? current : month;
  return { from: `${shiftMonth(last, -11)}-01`, to: monthPeriod(last).to };
}

/** The part of the month before that is as far on as this month is: a fair thing to compare half a month with. */
export function sameDaysBefore(today: string): { from: string; to: string } {
  const before = shiftMonth(today.slice(0, 7), -1);
  const day = Math.min(Number(today.slice(8)), daysInMonth(before));
  return { from: `${before}-01`, to: `${before}-${String(day).padStart(2, '0')}` };
}

/** Days over which an average of the month makes sense: those gone by. */
export function daysSoFar(month: string, today: string): number {
  return month === today.slice(0, 7) ? Number(today.slice(8)) : daysInMonth(month);
}
