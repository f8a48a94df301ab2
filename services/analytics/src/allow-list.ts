import type { AllowRule } from '@outlay/identity/allow-list.ts';

/** Who may call us: whoever asks for a figure comes through the gateway. */
export const allowList: readonly AllowRule[] = [{ paths: '/api/v1/ledgers/*', callers: ['gateway'] }];
