import { Alert, Autocomplete, Button, Group, SegmentedControl, Stack, TagsInput, Textarea } from '@mantine/core';
import type { Expense, NewExpense } from '@outlay/contracts/expense.ts';
import { type FormEvent, useRef, useState } from 'react';
import { fieldErrors } from '../api/problem.ts';
import { randomKey } from '../api/random-key.ts';
import { CategorySelect } from '../categories/category-select.tsx';
import { useLedger, useToday } from '../ledgers/use-ledger.ts';
import { amountText, parseAmount } from '../money/parse-amount.ts';
import { FormError } from '../shell/form-error.tsx';
import { toast } from '../shell/toasts.tsx';
import { AmountInput } from './amount-input.tsx';
import { DateInput } from './date-input.tsx';
import { DeleteExpense } from './delete-expense.tsx';
import classes from './expense-form.module.css';
import { kinds } from './filters.ts';
import { kindLabels } from './kind.ts';
import { useExpenseChanges } from './use-expenses.ts';
import { usePayees, useTags } from './use-suggestions.ts';

interface ExpenseFormProps {
  /** Missing where a new one is made. */
  expense?: Expense;
  etag?: string;
  onReload?: () => void;
  onClose: () => void;
}

const fields = ['amount', 'currency', 'date', 'kind', 'category', 'payee', 'note', 'tags'] as const;

export function ExpenseForm({ expense, etag = '', onReload, onClose }: ExpenseFormProps) {
  const ledger = useLedger();
  const today = useToday();
  const payees = usePayees();
  const knownTags = useTags();
  const { add, change } = useExpenseChanges();
  const [key] = useState(randomKey);
  const amountField = useRef<HTMLInputElement>(null);

  const [kind, setKind] = useState(expense?.kind ?? 'expense');
  const [currency, setCurrency] = useState(expense?.currency ?? ledger.currency);
  const [amount, setAmount] = useState(expense ? amountText(expense.amount, expense.currency) : '');
  const [date, setDate] = useState(expense?.date ?? today);
  const [category, setCategory] = useState(expense?.category ?? null);
  const [payee, setPayee] = useState(expense?.payee ?? '');
  const [note, setNote] = useState(expense?.note ?? '');
  const [tags, setTags] = useState(expense?.tags ?? []);
  const [amountError, setAmountError] = useState<string>();

  const attempt = expense ? change : add;
  const { byField, form } = fieldErrors(attempt.error, fields);
  const isChangedElsewhere = attempt.error && 'status' in attempt.error && attempt.error.status === 412;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const minor = parseAmount(amount, currency);
    if (minor === undefined || minor <= 0) {
      setAmountError(minor === undefined ? 'Enter an amount, such as 12.50.' : 'Enter an amount above zero.');
      return amountField.current?.focus();
    }
    const body: NewExpense = {
      kind,
      amount: minor,
      currency,
      date,
      category,
      payee: payee.trim(),
      note: note.trim(),
      tags,
    };
    if (expense) await change.mutateAsync({ id: expense.id, body, etag });
    else await add.mutateAsync({ body, key });
    toast({ message: expense ? 'Changes saved' : `${kindLabels[kind]} added` });
    onClose();
  };

  const pickPayee = (picked: string) => {
    setPayee(picked);
    // A payee's last category is right far more often than none; a choice already made stays.
    if (category === null) setCategory(payees.find((known) => known.payee === picked)?.category ?? null);
  };

  return (
    // The alert and the fields show why it failed.
    <form onSubmit={(event) => void submit(event).catch(() => undefined)} className={classes.form}>
      <Stack gap="md">
        {isChangedElsewhere ? (
          <Alert role="alert" color="yellow" variant="light" title="Changed elsewhere">
            Someone, or another tab, has changed this expense since you opened it. Nothing of yours was saved.
            <Group mt="sm">
              <Button size="xs" variant="default" onClick={onReload}>
                Show what it is now
              </Button>
            </Group>
          </Alert>
        ) : (
          attempt.isError && form && <FormError>{form}</FormError>
        )}
        <SegmentedControl
          aria-label="Kind"
          fullWidth
          value={kind}
          onChange={setKind}
          data={kinds.map((value) => ({ value, label: kindLabels[value] }))}
        />
        <AmountInput
          ref={amountField}
          value={amount}
          onChange={(text) => {
            setAmount(text);
            setAmountError(undefined);
          }}
          currency={currency}
          onCurrencyChange={setCurrency}
          error={amountError ?? byField.amount ?? byField.currency}
        />
        <Autocomplete
          label="Payee"
          placeholder={kind === 'income' ? 'Who paid it?' : 'Who got it?'}
          data={payees.map((known) => known.payee)}
          value={payee}
          onChange={setPayee}
          onOptionSubmit={pickPayee}
          error={byField.payee}
          limit={8}
          maxLength={200}
          autoComplete="off"
        />
        <CategorySelect
          label="Category"
          placeholder="None"
          value={category}
          onChange={setCategory}
          error={byField.category}
        />
        <DateInput value={date} onChange={setDate} today={today} error={byField.date} />
        <TagsInput
          label="Tags"
          placeholder={tags.length > 0 ? '' : 'Enter adds one'}
          data={knownTags}
          value={tags}
          onChange={setTags}
          error={byField.tags}
          maxTags={20}
          clearable={false}
        />
        <Textarea
          label="Note"
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          error={byField.note}
          maxLength={2000}
          autosize
          minRows={2}
        />
      </Stack>
      <div className={classes.footer}>
        {expense && <DeleteExpense expense={expense} onDeleted={onClose} />}
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={attempt.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
