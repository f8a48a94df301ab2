import { Checkbox, UnstyledButton } from '@mantine/core';
import type { ImportRow } from '@outlay/contracts/import.ts';
import { IconAlertTriangle, IconCopy } from '@tabler/icons-react';
import { memo, useEffect, useRef, useState } from 'react';
import { CategoryMark } from '../categories/category-mark.tsx';
import { CategorySelect } from '../categories/category-select.tsx';
import { useCategories } from '../categories/use-categories.ts';
import { effectOf } from '../expenses/group-by-day.ts';
import { kindLabels } from '../expenses/kind.ts';
import { formatDate } from '../money/format-date.ts';
import { formatMoney } from '../money/format-money.ts';
import classes from './import-preview.module.css';

interface PreviewRowProps {
  row: ImportRow;
  isChosen: boolean;
  category: string | null;
  onChoose: (rows: readonly ImportRow[], isOn: boolean) => void;
  onCategory: (row: ImportRow, category: string | null) => void;
}

/** One row of the file: whether it comes in, and under which category. */
export const PreviewRow = memo(function PreviewRow({ row, isChosen, category, onChoose, onCategory }: PreviewRowProps) {
  const { expense, status, reason, line } = row;
  const title = expense ? expense.payee || expense.note || 'No payee' : `Line ${line ?? row.row + 1}`;
  const details = expense && [
    formatDate(expense.date),
    expense.kind === 'expense' ? undefined : kindLabels[expense.kind],
    expense.payee ? expense.note : undefined,
  ];
  return (
    <li className={classes.row} data-status={status}>
      <Checkbox
        aria-label={`Import ${title}${expense ? `, ${formatDate(expense.date)}` : ''}`}
        checked={isChosen}
        disabled={!expense}
        onChange={(event) => onChoose([row], event.currentTarget.checked)}
      />
      <div className={classes.what}>
        <span className={classes.payee}>{title}</span>
        {details && <span className={classes.details}>{details.filter(Boolean).join(' · ')}</span>}
        {reason && (
          <span className={classes.reason}>
            {status === 'duplicate' ? <IconCopy size={15} aria-hidden /> : <IconAlertTriangle size={15} aria-hidden />}
            {status === 'duplicate' ? `Known: ${reason}` : reason}
          </span>
        )}
      </div>
      {expense && (
        <>
          <RowCategory title={title} category={category} onChange={(picked) => onCategory(row, picked)} />
          <span className={classes.amount} data-kind={expense.kind}>
            {expense.kind === 'expense' || expense.kind === 'transfer'
              ? formatMoney(expense.amount, expense.currency)
              : formatMoney(effectOf(expense), expense.currency, { sign: true })}
          </span>
        </>
      )}
    </li>
  );
});

interface RowCategoryProps {
  title: string;
  category: string | null;
  onChange: (category: string | null) => void;
}

/** A plain button until it is used: hundreds of select boxes would make the page slow. */
function RowCategory({ title, category, onChange }: RowCategoryProps) {
  const { byId } = useCategories();
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const chosen = category === null ? undefined : byId.get(category);
  const close = () => {
    setOpen(false);
    requestAnimationFrame(() => button.current?.focus());
  };
  if (isOpen) {
    return (
      <OpenedSelect
        title={title}
        value={category}
        onChange={(picked) => {
          onChange(picked);
          close();
        }}
        onClose={() => setOpen(false)}
        onEscape={close}
      />
    );
  }
  return (
    <UnstyledButton ref={button} className={classes.category} onClick={() => setOpen(true)}>
      <span className={classes.srOnly}>Category of {title}: </span>
      {chosen ? <CategoryMark color={chosen.color} icon={chosen.icon} size={24} /> : null}
      <span data-none={chosen ? undefined : true}>{chosen?.name ?? 'No category'}</span>
    </UnstyledButton>
  );
}

interface OpenedSelectProps {
  title: string;
  value: string | null;
  onChange: (category: string | null) => void;
  onClose: () => void;
  onEscape: () => void;
}

function OpenedSelect({ title, value, onChange, onClose, onEscape }: OpenedSelectProps) {
  // Opened when the list stands: before that Mantine does not know the list's id and tells screen readers "closed".
  const [isListOpen, setListOpen] = useState(false);
  useEffect(() => {
    const frame = requestAnimationFrame(() => setListOpen(true));
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <div className={classes.category}>
      <CategorySelect
        aria-label={`Category of ${title}`}
        size="sm"
        value={value}
        onChange={onChange}
        dropdownOpened={isListOpen}
        onDropdownClose={onClose}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onEscape();
        }}
        // Rows are clipped to their box, so the list hangs on the page's main part instead.
        comboboxProps={{ withinPortal: true, portalProps: { target: '#content' } }}
        autoFocus
      />
    </div>
  );
}
