import { z } from 'zod';
import { cachedKeys, fileKeys, JwkSet, type KeySource } from './key-source.ts';
import { createServiceClient } from './service-client.ts';
import type { WorkloadCredentials } from './workload-credentials.ts';
import { createJwksWorkloadVerifier, type WorkloadVerifier } from './workload-token.ts';

/** The settings of every service that is called: how it verifies its callers. */
export const workloadSettings = {
  WORKLOAD_ISSUER: z.string().min(1),
  WORKLOAD_NAMESPACE: z.string().min(1).default('outlay'),
  WORKLOAD_JWKS_FILE: z.string().min(1),
};

/** The settings of every service that calls another. */
export const workloadCallerSettings = { WORKLOAD_TOKEN_DIR: z.string().min(1) };

/** @param audience our own name */
export const workloadVerifierFrom = (
  config: { WORKLOAD_ISSUER: string; WORKLOAD_NAMESPACE: string; WORKLOAD_JWKS_FILE: string },
  audience: string,
): WorkloadVerifier =>
  createJwksWorkloadVerifier({
    keys: fileKeys(config.WORKLOAD_JWKS_FILE),
    issuer: config.WORKLOAD_ISSUER,
    namespace: config.WORKLOAD_NAMESPACE,
    audience,
  });

/** The users' verification keys, fetched from auth with our workload token. */
export function userKeysFrom(jwksUrl: string, credentials: WorkloadCredentials): KeySource {
  const { origin, pathname } = new URL(jwksUrl);
  const auth = createServiceClient({ callee: 'auth', baseUrl: origin, credentials, timeoutMs: 3_000 });
  return cachedKeys({ load: () => auth.get(JwkSet, { path: pathname }) });
}
