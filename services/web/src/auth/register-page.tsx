import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { fieldErrors } from '../api/problem.ts';
import { register } from '../api/session.ts';
import { FormError } from '../shell/form-error.tsx';
import { AuthLayout } from './auth-layout.tsx';

export function RegisterPage() {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const attempt = useMutation({ mutationFn: register });
  const { byField, form } = fieldErrors(attempt.error, ['name', 'email', 'password']);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt.mutate({ name: name.trim(), email: email.trim(), password });
  };
  return (
    <AuthLayout title="Create an account" lead="Two minutes from here to your first chart.">
      <form onSubmit={submit}>
        <Stack>
          {attempt.isError && form && <FormError>{form}</FormError>}
          <TextInput
            label="Name"
            autoComplete="name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={byField.name}
            maxLength={100}
            size="md"
            withAsterisk={false}
            required
          />
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
            description="At least 10 characters; a few plain words are best"
            autoComplete="new-password"
            minLength={10}
            maxLength={200}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            error={byField.password}
            visibilityToggleButtonProps={{ 'aria-label': 'Show what I type' }}
            size="md"
            withAsterisk={false}
            required
          />
          <Button type="submit" size="md" loading={attempt.isPending} mt="xs">
            Create account
          </Button>
          <Text ta="center" size="sm">
            Already have one?{' '}
            <Anchor component={Link} href={`/login${location.search}`} fw={600} inherit>
              Log in
            </Anchor>
          </Text>
        </Stack>
      </form>
    </AuthLayout>
  );
}
