import { Button, Menu, Stack, TextInput } from '@mantine/core';
import { addMonths } from '@outlay/contracts/calendar.ts';
import { IconCalendar, IconCheck } from '@tabler/icons-react';
import { useToday } from '../ledgers/use-ledger.ts';
import { formatPeriod, monthPeriod, shiftMonth } from '../money/format-date.ts';
import type { ChangeFilters } from './filter-bar.tsx';

interface PeriodMenuProps {
  from: string | undefined;
  to: string | undefined;
  onChange: ChangeFilters;
}

/** The periods that people ask for, and any other by its ends. */
export function PeriodMenu({ from, to, onChange }: PeriodMenuProps) {
  const today = useToday();
  const month = today.slice(0, 7);
  const year = Number(today.slice(0, 4));
  const presets: [label: string, period: { from: string | undefined; to: string | undefined }][] = [
    ['All time', { from: undefined, to: undefined }],
    ['This month', monthPeriod(month)],
    ['Last month', monthPeriod(shiftMonth(month, -1))],
    ['Last 12 months', { from: `${shiftMonth(month, -11)}-01`, to: monthPeriod(month).to }],
    ['This year', { from: `${year}-01-01`, to: `${year}-12-31` }],
    ['Last year', { from: `${year - 1}-01-01`, to: `${year - 1}-12-31` }],
  ];
  const isChosen = (period: { from: string | undefined; to: string | undefined }) =>
    period.from === from && period.to === to;
  return (
    <Menu position="bottom-end" shadow="lg" width={250} closeOnItemClick>
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconCalendar size={18} stroke={1.7} aria-hidden />}
          aria-label={`Period: ${formatPeriod(from, to)}`}
        >
          {formatPeriod(from, to)}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {presets.map(([label, period]) => (
          <Menu.Item
            key={label}
            onClick={() => onChange(period)}
            rightSection={isChosen(period) ? <IconCheck size={16} aria-label="chosen" /> : null}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Stack gap="xs" p="xs">
          <TextInput
            size="sm"
            label="From"
            type="date"
            value={from ?? ''}
            max={to ?? addMonths(today, 1200)}
            onChange={(event) => onChange({ from: event.currentTarget.value || undefined })}
          />
          <TextInput
            size="sm"
            label="To"
            type="date"
            value={to ?? ''}
            min={from}
            onChange={(event) => onChange({ to: event.currentTarget.value || undefined })}
          />
        </Stack>
      </Menu.Dropdown>
    </Menu>
  );
}
