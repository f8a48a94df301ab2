import { Button, TextInput } from '@mantine/core';
import { addDays } from '@outlay/contracts/calendar.ts';
import classes from './expense-form.module.css';

interface DateInputProps {
  value: string;
  onChange: (date: string) => void;
  today: string;
  error?: string | undefined;
}

/** The device's own date field (the best one on a phone, and known to screen readers), with the two days used most. */
export const DateInput = ({ value, onChange, today, error }: DateInputProps) => (
  <div className={classes.dates}>
    <TextInput
      label="Date"
      type="date"
      value={value}
      min="1900-01-01"
      max="2200-12-31"
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error}
      required
      withAsterisk={false}
    />
    <DayButton label="Today" isChosen={value === today} onClick={() => onChange(today)} />
    <DayButton label="Yesterday" isChosen={value === addDays(today, -1)} onClick={() => onChange(addDays(today, -1))} />
  </div>
);

const DayButton = ({ label, isChosen, onClick }: { label: string; isChosen: boolean; onClick: () => void }) => (
  <Button variant={isChosen ? 'light' : 'default'} onClick={onClick} aria-pressed={isChosen} px="sm">
    {label}
  </Button>
);
