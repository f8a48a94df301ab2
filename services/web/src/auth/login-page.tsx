import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { fieldErrors } from '../api/problem.ts';
import { logIn } from '../api/session.ts';
import { FormError } from '../shell/form-error.tsx';
import { AuthLayout } from './auth-layout.tsx';

export function LoginPage({ isExpired }: { isExpired: boolean }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const attempt = useMutation({ mutationFn: logIn });
  const { byField, form } = fieldErrors(attempt.error, ['email', 'password']);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt.mutate({ email: email.trim(), password });
  };
  return (
    <AuthLayout
      title="Log in"
      lead={isExpired ? 'Your session has ended. Log in again to go on.' : 'Good to see you again.'}
    >
      <form onSubmit={submit}>
        <Stack>
          {attempt.isError && form && <FormError>{form}</FormError>}
          <TextInput
            label="E-mail"
            type="email"
            autoComplete="username"
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            error={byField.email}
            size="md"
            withAsterisk={false}
            required
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            error={byField.password}
            visibilityToggleButtonProps={{ 'aria-label': 'Show what I type' }}
            size="md"
            withAsterisk={false}
            required
          />
          <Button type="submit" size="md" loading={attempt.isPending} mt="xs">
            Log in
          </Button>
          <Text ta="center" size="sm">
            New here?{' '}
            <Anchor component={Link} href={`/register${location.search}`} fw={600} inherit>
              Create an account
            </Anchor>
          </Text>
        </Stack>
      </form>
    </AuthLayout>
  );
}
