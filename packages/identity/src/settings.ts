import { ConfigError } from '@outlay/service-kit/config.ts';
import { Counter, type Registry } from 'prom-client';
import { z } from 'zod';
import { cachedKeys, fileKeys, JwkSet, type KeySource } from './key-source.ts';
import { createServiceClient } from './service-client.ts';
import { createTokenReviewVerifier } from './token-review.ts';
import type { WorkloadCredentials } from './workload-credentials.ts';
import { createJwksWorkloadVerifier, type WorkloadVerifier } from './workload-token.ts';

/** The settings of every service that is called: how it verifies its callers. */
export const workloadSettings = {
  /**
   * `tokenreview` asks the cluster's API server; `jwks` checks signatures against the issuer's published keys; `mesh` leaves
   * it to a service mesh, whose policies the chart renders from the same allow-lists.
   */
  WORKLOAD_VERIFIER: z.enum(['jwks', 'tokenreview', 'mesh']).default('jwks'),
  WORKLOAD_NAMESPACE: z.string().min(1).default('outlay'),
  /** What stands before our services' names in their ServiceAccounts: the release's name and a dash. */
  WORKLOAD_NAME_PREFIX: z.string().default(''),
  WORKLOAD_ISSUER: z.string().min(1).optional(),
  WORKLOAD_JWKS_FILE: z.string().min(1).optional(),
};
type WorkloadSettings = z.infer<z.ZodObject<typeof workloadSettings>>;

/** The settings of every service that calls another. */
export const workloadCallerSettings = { WORKLOAD_TOKEN_DIR: z.string().min(1) };

/**
 * @param audience our own name
 * @returns undefined where a mesh does it
 * @throws {ConfigError} where verifying by JWKS lacks its issuer or its file
 */
export function workloadVerifierFrom(
  config: WorkloadSettings,
  audience: string,
  registry: Registry,
): WorkloadVerifier | undefined {
  if (config.WORKLOAD_VERIFIER === 'mesh') return undefined;
  const ours = { audience, namespace: config.WORKLOAD_NAMESPACE, namePrefix: config.WORKLOAD_NAME_PREFIX };
  if (config.WORKLOAD_VERIFIER === 'tokenreview')
    return createTokenReviewVerifier({ ...ours, onReview: countReviews(registry) });
  const { WORKLOAD_ISSUER: issuer, WORKLOAD_JWKS_FILE: file } = config;
  if (!issuer || !file)
    throw new ConfigError('Wrong configuration: WORKLOAD_VERIFIER=jwks needs WORKLOAD_ISSUER and WORKLOAD_JWKS_FILE');
  return createJwksWorkloadVerifier({ keys: fileKeys(file), issuer, ...ours });
}

function countReviews(registry: Registry): (outcome: string) => void {
  const reviews = new Counter({
    name: 'workload_token_reviews_total',
    help: 'TokenReviews asked of the API server, by outcome',
    labelNames: ['outcome'] as const,
    registers: [registry],
  });
  for (const outcome of ['accepted', 'refused', 'unavailable']) reviews.inc({ outcome }, 0);
  return (outcome) => reviews.inc({ outcome });
}

/** The users' verification keys, fetched from auth with our workload token. */
export function userKeysFrom(jwksUrl: string, credentials: WorkloadCredentials): KeySource {
  const { origin, pathname } = new URL(jwksUrl);
  const auth = createServiceClient({ callee: 'auth', baseUrl: origin, credentials, timeoutMs: 3_000 });
  return cachedKeys({ load: () => auth.get(JwkSet, { path: pathname }) });
}
