import { Counter, Histogram, type Registry } from 'prom-client';

const outcomes = {
  registration: ['succeeded', 'taken'],
  login: ['succeeded', 'wrong_password', 'unknown_address', 'too_many_attempts'],
  /** `retried`: the token before the current one, within the grace period; `reused`: an older one, a sign of theft. */
  refresh: ['rotated', 'retried', 'reused', 'refused'],
} as const;

export type AuthMetrics = ReturnType<typeof createAuthMetrics>;

/** What auth counts beside requests. Every outcome stands at zero from the start, so that a first one is a rise. */
export function createAuthMetrics(registry: Registry) {
  const counter = <O extends string>(name: string, help: string, known: readonly O[]) => {
    const counted = new Counter({ name, help, labelNames: ['outcome'] as const, registers: [registry] });
    for (const outcome of known) counted.inc({ outcome }, 0);
    return (outcome: O) => counted.inc({ outcome });
  };
  return {
    registration: counter('auth_registrations_total', 'Registrations by outcome', outcomes.registration),
    login: counter('auth_logins_total', 'Logins by outcome', outcomes.login),
    refresh: counter('auth_refreshes_total', 'Uses of refresh tokens by outcome', outcomes.refresh),
    passwordHash: new Histogram({
      name: 'auth_password_hash_duration_seconds',
      help: 'Duration of argon2id, without the wait for its turn',
      labelNames: ['operation'] as const,
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
      registers: [registry],
    }),
  };
}
