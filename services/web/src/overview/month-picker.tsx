import { ActionIcon, Button, Popover, VisuallyHidden } from '@mantine/core';
import { IconChevronDown, IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { formatMonth, formatMonthShort, shiftMonth } from '../money/format-date.ts';
import classes from './month-picker.module.css';

interface MonthPickerProps {
  month: string;
  /** The month of today. */
  current: string;
  onChange: (month: string) => void;
}

export function MonthPicker({ month, current, onChange }: MonthPickerProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      {month !== current && (
        <Button variant="subtle" onClick={() => onChange(current)}>
          Today
        </Button>
      )}
      <fieldset className={classes.picker} aria-label="Month">
        <ActionIcon
          variant="subtle"
          color="gray"
          size={38}
          aria-label="Previous month"
          onClick={() => onChange(shiftMonth(month, -1))}
        >
          <IconChevronLeft size={20} aria-hidden />
        </ActionIcon>
        <Popover opened={isOpen} onChange={setOpen} position="bottom" shadow="lg" trapFocus returnFocus>
          <Popover.Target>
            <Button
              variant="subtle"
              color="gray"
              className={classes.label}
              onClick={() => setOpen((open) => !open)}
              rightSection={<IconChevronDown size={15} aria-hidden />}
            >
              {formatMonth(`${month}-01`)}
            </Button>
          </Popover.Target>
          <Popover.Dropdown>
            <YearOfMonths
              month={month}
              current={current}
              onPick={(picked) => {
                setOpen(false);
                onChange(picked);
              }}
            />
          </Popover.Dropdown>
        </Popover>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={38}
          aria-label="Next month"
          onClick={() => onChange(shiftMonth(month, 1))}
        >
          <IconChevronRight size={20} aria-hidden />
        </ActionIcon>
      </fieldset>
    </>
  );
}

function YearOfMonths({ month, current, onPick }: { month: string; current: string; onPick: (month: string) => void }) {
  const [year, setYear] = useState(Number(month.slice(0, 4)));
  const months = Array.from({ length: 12 }, (_, index) => `${year}-${String(index + 1).padStart(2, '0')}`);
  return (
    <>
      <div className={classes.year}>
        <ActionIcon variant="subtle" color="gray" aria-label="Previous year" onClick={() => setYear(year - 1)}>
          <IconChevronLeft size={18} aria-hidden />
        </ActionIcon>
        <strong aria-live="polite">{year}</strong>
        <ActionIcon variant="subtle" color="gray" aria-label="Next year" onClick={() => setYear(year + 1)}>
          <IconChevronRight size={18} aria-hidden />
        </ActionIcon>
      </div>
      <div className={classes.months}>
        {months.map((each) => (
          <Button
            key={each}
            size="sm"
            px="xs"
            variant={each === month ? 'filled' : each === current ? 'light' : 'subtle'}
            color={each === month || each === current ? 'pine' : 'gray'}
            aria-current={each === month ? 'date' : undefined}
            onClick={() => onPick(each)}
          >
            {formatMonthShort(`${each}-01`)}
            <VisuallyHidden> {year}</VisuallyHidden>
          </Button>
        ))}
      </div>
    </>
  );
}
