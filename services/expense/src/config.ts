import { workloadCallerSettings, workloadSettings } from '@outlay/identity/settings.ts';
import { userTokenSettings } from '@outlay/identity/user-token.ts';
import { mongoSettings, serviceSettings } from '@outlay/service-kit/config.ts';
import { z } from 'zod';

/** What the environment may say. */
export const settings = {
  ...serviceSettings({ port: 3002, adminPort: 9002 }),
  ...workloadSettings,
  ...workloadCallerSettings,
  ...userTokenSettings,
  ...mongoSettings,
  JWKS_URL: z.url({ protocol: /^https?$/, error: 'must be a URL like http://auth:3001/.well-known/jwks.json' }),
  /** How often one ledger's rollups are compared with its expenses; 0 = never. */
  ROLLUP_CHECK_SECONDS: z.coerce.number().int().min(0).max(86_400).default(60),
};
