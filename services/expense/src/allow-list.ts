import type { AllowRule } from '@outlay/identity/allow-list.ts';

/** Who may call us: people come through the gateway, figures are asked for by analytics. */
export const allowList: readonly AllowRule[] = [
  { paths: '/api/v1/ledgers', callers: ['gateway'] },
  { paths: '/api/v1/ledgers/*', callers: ['gateway'] },
  { paths: '/internal/v1/*', callers: ['analytics'] },
];
