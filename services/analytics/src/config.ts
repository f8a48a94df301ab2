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
  JWKS_URL: httpUrl,
};
