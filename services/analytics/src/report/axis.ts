import { addDays, type Interval, nextStart, startOf } from '@outlay/contracts/calendar.ts';
import type { Bucket } from '@outlay/contracts/internal.ts';
import type { Category } from '@outlay/contracts/ledger.ts';
import type { Dimension, Report } from '@outlay/contracts/report.ts';
import { uncategorised } from '../categories/cells-by-category.ts';
import type { Period } from '../period/period.ts';

export const intervalOf: Readonly<Partial<Record<Dimension, Interval>>> = {
  day: 'day',
  week: 'week',
  month: 'month',
  year: 'year',
};

type Heading = Report['header'][number];

/** What is told apart along one side of a report. */
export interface Axis {
  readonly isTime: boolean;
  keyOf(bucket: Bucket): string;
  /** Of time: all of the period, in order. Else those that are met. */
  readonly fixed: readonly Heading[];
  nameOf(key: string): string;
}

export function axisOf(dimension: Dimension, { from, to }: Period, categories: readonly Category[]): Axis {
  const interval = intervalOf[dimension];
  if (interval) return timeAxis(interval, { from, to });
  if (dimension !== 'category') {
    const none = dimension === 'payee' ? 'No payee' : 'No tag';
    return {
      isTime: false,
      keyOf: (bucket) => bucket[dimension as 'payee' | 'tag'] ?? '',
      fixed: [],
      nameOf: (key) => key || none,
    };
  }
  const known = new Map(categories.map((category) => [category.id, category]));
  return {
    isTime: false,
    keyOf: ({ category }) => (category !== null && known.has(category) ? category : ''),
    fixed: [],
    nameOf(key) {
      const category = known.get(key);
      const parent = category?.parent && known.get(category.parent);
      return category ? (parent ? `${parent.name} › ${category.name}` : category.name) : uncategorised.name;
    },
  };
}

function timeAxis(interval: Interval, { from, to }: Period): Axis {
  const fixed: Heading[] = [];
  const cut = (start: string) => (start < from ? from : start);
  for (let start = startOf(interval, from); start <= to; start = nextStart(interval, start))
    fixed.push({ key: cut(start), name: nameOfTime(interval, start) });
  return {
    isTime: true,
    keyOf: ({ start }) => cut(startOf(interval, start)),
    fixed,
    nameOf: (key) => nameOfTime(interval, key),
  };
}

const nameOfTime = (interval: Interval, start: string): string => {
  if (interval === 'week') return `${start} – ${addDays(startOf('week', start), 6)}`;
  return start.slice(0, { day: 10, month: 7, year: 4 }[interval]);
};
