import { Button, Checkbox, NativeSelect } from '@mantine/core';
import type { CsvMapping } from '@outlay/contracts/import.ts';
import { type FormEvent, useState } from 'react';
import classes from './mapping-editor.module.css';

interface MappingEditorProps {
  mapping: CsvMapping;
  /** The header, or a sample of each column. */
  columns: readonly string[];
  /** Whether it starts unfolded: the guess seems wrong. */
  isOpen: boolean;
  isBusy: boolean;
  onApply: (mapping: CsvMapping) => void;
}

const meanings = [
  ['payee', 'Payee'],
  ['note', 'Note'],
  ['category', 'Category'],
  ['currency', 'Currency'],
  ['bankId', 'Bank’s own id'],
] as const;

/** Which column of a CSV file means what, where the guess was wrong. */
export function MappingEditor({ mapping: guessed, columns, isOpen, isBusy, onApply }: MappingEditorProps) {
  const [mapping, setMapping] = useState(guessed);
  const change = (part: Partial<CsvMapping>) => setMapping({ ...mapping, ...part });
  const isSplit = mapping.amount === null;
  const names = columns.map((name, column) => ({
    value: String(column),
    label: `${column + 1}: ${name || '(empty)'}`,
  }));
  const optional = [{ value: '', label: 'None' }, ...names];
  const numberOf = (value: string) => (value === '' ? null : Number(value));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onApply(mapping);
  };
  return (
    <details className={classes.editor} open={isOpen}>
      <summary>Columns of the file</summary>
      <form onSubmit={submit} className={classes.grid}>
        <NativeSelect
          label="Date"
          data={names}
          value={String(mapping.date)}
          onChange={(event) => change({ date: Number(event.currentTarget.value) })}
        />
        <NativeSelect
          label="Order of the date"
          data={[
            { value: 'ymd', label: 'Year, month, day' },
            { value: 'dmy', label: 'Day, month, year' },
            { value: 'mdy', label: 'Month, day, year' },
          ]}
          value={mapping.dateOrder}
          onChange={(event) => change({ dateOrder: event.currentTarget.value as CsvMapping['dateOrder'] })}
        />
        <NativeSelect
          label="Amount stands in"
          data={[
            { value: 'one', label: 'One column with a sign' },
            { value: 'two', label: 'Two columns: out and in' },
          ]}
          value={isSplit ? 'two' : 'one'}
          onChange={(event) =>
            change(
              event.currentTarget.value === 'two'
                ? { amount: null, debit: mapping.amount ?? 0, credit: mapping.credit }
                : { amount: mapping.debit ?? 0, debit: null, credit: null },
            )
          }
        />
        {isSplit ? (
          <>
            <NativeSelect
              label="Money out"
              data={optional}
              value={mapping.debit ?? ''}
              onChange={(event) => change({ debit: numberOf(event.currentTarget.value) })}
            />
            <NativeSelect
              label="Money in"
              data={optional}
              value={mapping.credit ?? ''}
              onChange={(event) => change({ credit: numberOf(event.currentTarget.value) })}
            />
          </>
        ) : (
          <NativeSelect
            label="Amount"
            data={names}
            value={mapping.amount ?? ''}
            onChange={(event) => change({ amount: numberOf(event.currentTarget.value) })}
          />
        )}
        <NativeSelect
          label="Decimal sign"
          data={[
            { value: '.', label: 'Point: 1,234.50' },
            { value: ',', label: 'Comma: 1.234,50' },
          ]}
          value={mapping.decimal}
          onChange={(event) => change({ decimal: event.currentTarget.value as CsvMapping['decimal'] })}
        />
        {meanings.map(([name, label]) => (
          <NativeSelect
            key={name}
            label={label}
            data={optional}
            value={mapping[name] ?? ''}
            onChange={(event) => change({ [name]: numberOf(event.currentTarget.value) })}
          />
        ))}
        <NativeSelect
          label="Lines before the first booking"
          data={Array.from({ length: 51 }, (_, lines) => String(lines))}
          value={String(mapping.headerRows)}
          onChange={(event) => change({ headerRows: Number(event.currentTarget.value) })}
        />
        <Checkbox
          className={classes.check}
          label="Money spent is positive, as credit cards have it"
          checked={mapping.negate}
          onChange={(event) => change({ negate: event.currentTarget.checked })}
        />
        <Button type="submit" variant="light" loading={isBusy} className={classes.apply}>
          Read the file again
        </Button>
      </form>
    </details>
  );
}
