import { Autocomplete, Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { CategorySelect } from '../categories/category-select.tsx';
import { useLedger } from '../ledgers/use-ledger.ts';
import { amountText, parseAmount } from '../money/parse-amount.ts';
import classes from './filter-bar.module.css';
import { type ChangeFilters, type Filters, kinds, sorts } from './filters.ts';
import { kindLabels } from './kind.ts';
import { usePayees, useTags } from './use-suggestions.ts';

const sortLabels = {
  '-date': 'Newest first',
  date: 'Oldest first',
  '-amount': 'Largest first',
  amount: 'Smallest first',
} as const;

interface FilterPanelProps {
  filters: Filters;
  onChange: ChangeFilters;
  onClose: () => void;
}

/** What search and period leave over; each choice takes effect at once. */
export function FilterPanel({ filters, onChange, onClose }: FilterPanelProps) {
  const payees = usePayees();
  const tags = useTags();
  const { currency } = useLedger();
  return (
    <Stack gap="sm">
      <CategorySelect
        label="Category"
        placeholder="All"
        value={filters.category ?? null}
        onChange={(category) => onChange({ category: category ?? undefined })}
        extra={[{ value: 'none', label: 'Without category' }]}
      />
      <NativeSelect
        label="Kind"
        value={filters.kind ?? ''}
        onChange={(event) => onChange({ kind: kinds.find((kind) => kind === event.currentTarget.value) })}
        data={[{ value: '', label: 'All' }, ...kinds.map((kind) => ({ value: kind, label: kindLabels[kind] }))]}
      />
      <Words
        label="Payee"
        value={filters.payee}
        data={payees.map((known) => known.payee)}
        onChange={(payee) => onChange({ payee }, true)}
      />
      <Words label="Tag" value={filters.tag} data={tags} onChange={(tag) => onChange({ tag }, true)} />
      <div className={classes.range}>
        <Bound
          label="Amount from"
          value={filters.min}
          currency={currency}
          onChange={(min) => onChange({ min }, true)}
        />
        <Bound label="Amount to" value={filters.max} currency={currency} onChange={(max) => onChange({ max }, true)} />
      </div>
      <NativeSelect
        label="Order"
        value={filters.sort ?? '-date'}
        onChange={(event) => {
          const sort = sorts.find((each) => each === event.currentTarget.value);
          onChange({ sort: sort === '-date' ? undefined : sort });
        }}
        data={sorts.map((sort) => ({ value: sort, label: sortLabels[sort] }))}
      />
      <Group justify="flex-end" mt="xs">
        <Button variant="default" onClick={onClose}>
          Done
        </Button>
      </Group>
    </Stack>
  );
}

interface WordsProps {
  label: string;
  value: string | undefined;
  data: string[];
  onChange: (value: string | undefined) => void;
}

/** Matches exactly, so it takes effect on a choice, on Enter and on leaving, not with each key. */
function Words({ label, value, data, onChange }: WordsProps) {
  const [text, setText] = useState(value ?? '');
  const apply = (next = text) => {
    if ((next.trim() || undefined) !== value) onChange(next.trim() || undefined);
  };
  return (
    <Autocomplete
      label={label}
      placeholder="All"
      data={data}
      limit={6}
      value={text}
      onChange={setText}
      onOptionSubmit={apply}
      onBlur={() => apply()}
      onKeyDown={(event) => {
        if (event.key === 'Enter') apply();
      }}
    />
  );
}

interface BoundProps {
  label: string;
  value: number | undefined;
  currency: string;
  onChange: (minor: number | undefined) => void;
}

function Bound({ label, value, currency, onChange }: BoundProps) {
  const [text, setText] = useState(value === undefined ? '' : amountText(value, currency));
  const minor = parseAmount(text, currency);
  const isWrong = text.trim() !== '' && (minor === undefined || minor < 0);
  const apply = () => {
    if (!isWrong && minor !== value) onChange(minor);
  };
  return (
    <TextInput
      label={label}
      inputMode="decimal"
      autoComplete="off"
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={apply}
      onKeyDown={(event) => {
        if (event.key === 'Enter') apply();
      }}
      error={isWrong ? 'Not an amount' : undefined}
    />
  );
}
