import { Button, PasswordInput, TextInput } from '@mantine/core';
import type { User, UserPatch } from '@outlay/contracts/auth.ts';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call } from '../api/api.ts';
import { fieldErrors } from '../api/problem.ts';
import { keepUser, useUser } from '../api/session.ts';
import { FormError } from '../shell/form-error.tsx';
import { toast } from '../shell/toasts.tsx';
import classes from './settings-page.module.css';

const useChange = (message: string) =>
  useMutation({
    mutationFn: async (body: UserPatch) => (await call<User>('PATCH', '/auth/me', { body })).data,
    onSuccess: (user) => {
      keepUser(user);
      toast({ message });
    },
  });

export function NameForm() {
  const user = useUser();
  const [name, setName] = useState(user.name);
  const change = useChange('Name saved');
  const { byField, form } = fieldErrors(change.error, ['name']);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ name: name.trim() });
  };
  return (
    <form onSubmit={submit} className={classes.form}>
      {change.isError && form && <FormError>{form}</FormError>}
      <TextInput
        label="Name"
        autoComplete="name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={byField.name}
        maxLength={100}
        required
        withAsterisk={false}
      />
      <Button
        type="submit"
        loading={change.isPending}
        disabled={name.trim() === user.name || name.trim() === ''}
        className={classes.start}
      >
        Save name
      </Button>
    </form>
  );
}

export function PasswordForm() {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useChange('Password changed. Other browsers are logged out.');
  const { byField, form } = fieldErrors(change.error, ['password/current', 'password/new']);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { password: { current, new: next } },
      {
        onSuccess: () => {
          setCurrent('');
          setNext('');
        },
      },
    );
  };
  return (
    <form onSubmit={submit} className={classes.form}>
      {change.isError && form && <FormError>{form}</FormError>}
      <PasswordInput
        label="Current password"
        autoComplete="current-password"
        value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
        error={byField['password/current']}
        visibilityToggleButtonProps={{ 'aria-label': 'Show what I type' }}
        required
        withAsterisk={false}
      />
      <PasswordInput
        label="New password"
        description="At least 10 characters"
        autoComplete="new-password"
        minLength={10}
        maxLength={200}
        value={next}
        onChange={(event) => setNext(event.currentTarget.value)}
        error={byField['password/new']}
        visibilityToggleButtonProps={{ 'aria-label': 'Show what I type' }}
        required
        withAsterisk={false}
      />
      <Button type="submit" variant="default" loading={change.isPending} className={classes.start}>
        Change password
      </Button>
    </form>
  );
}
