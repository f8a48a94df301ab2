import { Button, Select, TextInput } from '@mantine/core';
import type { Ledger, LedgerPatch } from '@outlay/contracts/ledger.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call } from '../api/api.ts';
import { fieldErrors } from '../api/problem.ts';
import { CurrencySelect } from '../ledgers/currency-select.tsx';
import { ledgersKey, useLedger } from '../ledgers/use-ledger.ts';
import { FormError } from '../shell/form-error.tsx';
import { toast } from '../shell/toasts.tsx';
import classes from './settings-page.module.css';

const timeZones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

/** Name, currency and time zone of the ledger in view. */
export function LedgerSettings() {
  const ledger = useLedger();
  const [name, setName] = useState(ledger.name);
  const [currency, setCurrency] = useState(ledger.currency);
  const [timeZone, setTimeZone] = useState(ledger.timeZone);
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: async (body: LedgerPatch) => (await call<Ledger>('PATCH', `/ledgers/${ledger.id}`, { body })).data,
    onSuccess: (saved) => {
      client.setQueryData<Ledger[]>(ledgersKey, (known) => known?.map((each) => (each.id === saved.id ? saved : each)));
      void client.invalidateQueries({ queryKey: ['ledger', ledger.id] });
      toast({ message: 'Ledger saved' });
    },
  });
  const { byField, form } = fieldErrors(save.error, ['name', 'currency', 'timeZone']);
  const isChanged = name.trim() !== ledger.name || currency !== ledger.currency || timeZone !== ledger.timeZone;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ name: name.trim(), currency, timeZone });
  };
  return (
    <form onSubmit={submit} className={classes.form}>
      {save.isError && form && <FormError>{form}</FormError>}
      <TextInput
        label="Ledger name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={byField.name}
        maxLength={100}
        required
        withAsterisk={false}
      />
      <CurrencySelect label="Currency" value={currency} onChange={setCurrency} error={byField.currency} />
      <Select
        label="Time zone"
        data={timeZones}
        value={timeZone}
        onChange={(zone) => zone && setTimeZone(zone)}
        error={byField.timeZone}
        searchable
        allowDeselect={false}
        limit={60}
      />
      <Button type="submit" loading={save.isPending} disabled={!isChanged} className={classes.start}>
        Save ledger
      </Button>
    </form>
  );
}
