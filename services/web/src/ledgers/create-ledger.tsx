import { Button, Group, Stack, TextInput } from '@mantine/core';
import type { Ledger } from '@outlay/contracts/ledger.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../api/api.ts';
import { fieldErrors } from '../api/problem.ts';
import { Dialog } from '../shell/dialog.tsx';
import { FormError } from '../shell/form-error.tsx';
import { toast } from '../shell/toasts.tsx';
import { CurrencySelect } from './currency-select.tsx';
import { ledgerBase, ledgersKey, useLedger } from './use-ledger.ts';

/** Another ledger beside this one: a shared household, a trip, a business. */
export function CreateLedger({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="New ledger" onClose={onClose}>
      <LedgerForm onDone={onClose} />
    </Dialog>
  );
}

function LedgerForm({ onDone }: { onDone: () => void }) {
  const current = useLedger();
  const [name, setName] = useState('');
  const [currency, setCurrency] = useState(current.currency);
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: async () => {
      const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      return (await call<Ledger>('POST', '/ledgers', { body: { name: name.trim(), currency, timeZone } })).data;
    },
    onSuccess: (ledger) => {
      client.setQueryData<Ledger[]>(ledgersKey, (known = []) => [...known, ledger]);
      onDone();
      navigate(`~${ledgerBase(ledger)}/overview`);
      toast({ message: `Ledger “${ledger.name}” created` });
    },
  });
  const { byField, form } = fieldErrors(create.error, ['name', 'currency']);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {create.isError && form && <FormError>{form}</FormError>}
        <TextInput
          label="Ledger name"
          description="A household, a trip, a side business"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={byField.name}
          maxLength={100}
          required
          data-autofocus
        />
        <CurrencySelect label="Currency" value={currency} onChange={setCurrency} error={byField.currency} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Create ledger
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
