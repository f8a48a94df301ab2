import { workloadCallerSettings, workloadSettings } from '@outlay/identity/settings.ts';
import { userTokenSettings } from '@outlay/identity/user-token.ts';
import { serviceSettings } from '@outlay/service-kit/config.ts';
import { z } from 'zod';

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be a URL like http://expense:3002' });

/** What the environment may say. */
export const settings = {
  ...serviceSettings({ port: 3003, adminPort: 9003 }),
  ...workloadSettings,
  ...workloadCallerSettings,
  ...userTokenSettings,
  EXPENSE_URL: httpUrl.transform((url) => url.replace(/\/+$/, '')),
  /** For one figure, the whole answer of expense and a retry included. */
  EXPENSE_TIMEOUT_MS: z.coerce.number().int().min(50).max(30_000).default(5_000),
  /** Where exchange rates come from in the format of the European Central Bank; without it, only what ships with us is known. */
  EXCHANGE_RATES_URL: httpUrl.optional(),
  EXCHANGE_RATES_HOURS: z.coerce.number().int().min(1).max(168).default(12),
  JWKS_URL: httpUrl,
};
