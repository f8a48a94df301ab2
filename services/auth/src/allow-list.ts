import type { AllowRule } from '@outlay/identity/allow-list.ts';

/** Who may call us: people come through the gateway, whoever verifies their tokens fetches the keys. */
export const allowList: readonly AllowRule[] = [
  { paths: '/.well-known/jwks.json', callers: ['gateway', 'expense', 'analytics'] },
  { paths: '/internal/v1/session-ends', callers: ['gateway'] },
  { paths: '/api/v1/auth/*', callers: ['gateway'] },
];
