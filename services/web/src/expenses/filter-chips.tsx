import { Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { categoryPath } from '../categories/category-tree.ts';
import { useCategories } from '../categories/use-categories.ts';
import { useLedger } from '../ledgers/use-ledger.ts';
import { formatMoney } from '../money/format-money.ts';
import classes from './filter-bar.module.css';
import { type ChangeFilters, type Filters, isNarrowed } from './filters.ts';
import { kindLabels } from './kind.ts';

interface FilterChipsProps {
  filters: Filters;
  onChange: ChangeFilters;
  onClear: () => void;
}

/** What the panel's filters leave, each to be taken away by a click. */
export function FilterChips({ filters, onChange, onClear }: FilterChipsProps) {
  const tree = useCategories();
  const { currency } = useLedger();
  const { category, kind, payee, tag, min, max } = filters;
  const money = (minor: number) => formatMoney(minor, currency);
  const chips: [name: keyof Filters, label: string][] = [];
  if (category)
    chips.push(['category', category === 'none' ? 'Without category' : (categoryPath(category, tree) ?? '…')]);
  if (kind) chips.push(['kind', kindLabels[kind]]);
  if (payee) chips.push(['payee', payee]);
  if (tag) chips.push(['tag', `#${tag}`]);
  if (min !== undefined) chips.push(['min', `from ${money(min)}`]);
  if (max !== undefined) chips.push(['max', `up to ${money(max)}`]);
  if (!isNarrowed(filters) || chips.length === 0) return null;
  return (
    <div className={classes.chips}>
      {chips.map(([name, label]) => (
        <Button
          key={name}
          size="compact-sm"
          variant="light"
          radius="xl"
          rightSection={<IconX size={14} aria-hidden />}
          aria-label={`Remove filter ${label}`}
          onClick={() => onChange({ [name]: undefined })}
        >
          {label}
        </Button>
      ))}
      <Button size="compact-sm" variant="subtle" color="gray" onClick={onClear}>
        Clear all
      </Button>
    </div>
  );
}
