import { Button, Popover, TextInput } from '@mantine/core';
import { IconCalendar, IconCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { useToday } from '../ledgers/use-ledger.ts';
import { formatPeriod, monthPeriod, shiftMonth } from '../money/format-date.ts';
import classes from './filter-bar.module.css';
import type { ChangeFilters } from './filters.ts';

interface Period {
  from: string | undefined;
  to: string | undefined;
}

/** The periods that people ask for, and any other by its ends. */
export function PeriodMenu({ from, to, onChange }: Period & { onChange: ChangeFilters }) {
  const [isOpen, setOpen] = useState(false);
  const today = useToday();
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" shadow="lg" width={250} trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconCalendar size={18} stroke={1.7} aria-hidden />}
          aria-label={`Period: ${formatPeriod(from, to)}`}
          onClick={() => setOpen((open) => !open)}
        >
          {formatPeriod(from, to)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.period}>
        {presets(today).map(([label, period]) => {
          const isChosen = period.from === from && period.to === to;
          return (
            <Button
              key={label}
              variant="subtle"
              color="gray"
              justify="space-between"
              aria-pressed={isChosen}
              rightSection={isChosen && <IconCheck size={16} aria-hidden />}
              onClick={() => {
                onChange(period);
                setOpen(false);
              }}
            >
              {label}
            </Button>
          );
        })}
        <div className={classes.ends}>
          <TextInput
            size="sm"
            label="From"
            type="date"
            value={from ?? ''}
            max={to}
            onChange={(event) => onChange({ from: event.currentTarget.value || undefined }, true)}
          />
          <TextInput
            size="sm"
            label="To"
            type="date"
            value={to ?? ''}
            min={from}
            onChange={(event) => onChange({ to: event.currentTarget.value || undefined }, true)}
          />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function presets(today: string): [label: string, period: Period][] {
  const month = today.slice(0, 7);
  const year = Number(today.slice(0, 4));
  return [
    ['All time', { from: undefined, to: undefined }],
    ['This month', monthPeriod(month)],
    ['Last month', monthPeriod(shiftMonth(month, -1))],
    ['Last 12 months', { from: `${shiftMonth(month, -11)}-01`, to: monthPeriod(month).to }],
    ['This year', { from: `${year}-01-01`, to: `${year}-12-31` }],
    ['Last year', { from: `${year - 1}-01-01`, to: `${year - 1}-12-31` }],
  ];
}
