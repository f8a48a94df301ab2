import { workloadSettings } from '@outlay/identity/settings.ts';
import { userTokenSettings } from '@outlay/identity/user-token.ts';
import { signatureAlgorithms } from '@outlay/identity/verify-jwt.ts';
import { mongoSettings, readConfig, serviceSettings } from '@outlay/service-kit/config.ts';
import { z } from 'zod';

const settings = {
  ...serviceSettings({ port: 3001, adminPort: 9001 }),
  ...workloadSettings,
  ...userTokenSettings,
  ...mongoSettings,
  /** Seals the signing keys in the database. The same for all replicas. */
  KEY_ENCRYPTION_KEY: z
    .string()
    .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be 32 bytes in base64 (openssl rand -base64 32)')
    .transform((text) => Buffer.from(text, 'base64')),
  USER_TOKEN_ALGORITHM: z.enum(signatureAlgorithms).default('ES256'),
  ACCESS_TOKEN_SECONDS: z.coerce.number().int().min(30).max(600).default(600),
  /** Where KEY_ENCRYPTION_KEY does not open the stored keys: stop, or replace them (access tokens end, sessions do not). */
  UNREADABLE_KEYS: z.enum(['refuse', 'replace']).default('refuse'),
  KEY_ROTATION_HOURS: z.coerce.number().min(0.001).max(8_760).default(168),
  /**
   * Until everybody knows a new key passes a minute (the other replicas' rounds) and five (the verifiers' caches); the
   * rest of the default is for clocks that differ and a round that fails.
   */
  KEY_PUBLISH_AHEAD_SECONDS: z.coerce.number().int().min(1).max(86_400).default(900),
};

/** @throws {ConfigError} naming every wrong variable at once */
export const readAuthConfig = (env: NodeJS.ProcessEnv) => readConfig(settings, env);
