import { type KeyObject, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import type { KeySource } from './key-source.ts';
import { rememberVerified } from './verified-tokens.ts';
import { TokenRefused, verifyJwt } from './verify-jwt.ts';

/** Carries the caller's workload token beside the user's, which keeps `Authorization`. */
export const workloadTokenHeader = 'x-outlay-workload-token';

/** A service as the platform knows it. */
export interface Workload {
  /** Name of its ServiceAccount: "gateway". */
  name: string;
  pod: string | undefined;
}

/** What Kubernetes writes into a projected ServiceAccount token. */
const Claims = z.object({
  sub: z.string(),
  exp: z.int(),
  'kubernetes.io': z.object({
    namespace: z.string(),
    serviceaccount: z.object({ name: z.string(), uid: z.string() }),
    pod: z.object({ name: z.string(), uid: z.string() }).optional(),
  }),
});

export interface WorkloadVerifier {
  /** Rejects with {@link TokenRefused} where the token does not prove a workload of our namespace. */
  verify(token: string): Promise<Workload>;
}

export interface WorkloadVerifierOptions {
  keys: KeySource;
  issuer: string;
  /** Our own name: a token made for another service is not for us. */
  audience: string;
  namespace: string;
  /** What stands before a caller's name in its ServiceAccount's: `outlay-` where a release calls it `outlay-gateway`. */
  namePrefix?: string;
  now?: () => number;
}

/**
 * `system:serviceaccount:NAMESPACE:PREFIXname` → `name`.
 * @throws {TokenRefused} for accounts of other namespaces and for those that are none of ours
 */
export function callerName(username: string, namespace: string, prefix = ''): string {
  const start = `system:serviceaccount:${namespace}:${prefix}`;
  if (!username.startsWith(start)) throw new TokenRefused('The workload is not one of ours.');
  return username.slice(start.length);
}

/** Verifies workload tokens by the issuer's published keys, each token's signature once a minute. */
export function createJwksWorkloadVerifier({
  namespace,
  namePrefix,
  now,
  ...expected
}: WorkloadVerifierOptions): WorkloadVerifier {
  return {
    verify: rememberVerified(async (token) => {
      const claims = Claims.safeParse(await verifyJwt(token, expected));
      if (!claims.success) throw new TokenRefused('The token is not a workload’s.');
      const { namespace: where, serviceaccount, pod } = claims.data['kubernetes.io'];
      if (claims.data.sub !== `system:serviceaccount:${where}:${serviceaccount.name}`)
        throw new TokenRefused('The token contradicts itself.');
      const name = callerName(claims.data.sub, namespace, namePrefix);
      return { bearer: { name, pod: pod?.name }, exp: claims.data.exp };
    }, now),
  };
}

/** Issues a workload token with Kubernetes' claims; for those who stand in for the platform: the local runner and tests. */
export function issueWorkloadToken(
  key: { kid: string; privateKey: KeyObject },
  {
    issuer,
    audience,
    namespace,
    name,
    lifeSeconds = 600,
    now = Date.now(),
  }: {
    issuer: string;
    audience: string;
    namespace: string;
    name: string;
    lifeSeconds?: number;
    now?: number;
  },
): string {
  const iat = Math.floor(now / 1_000);
  const claims = {
    iss: issuer,
    aud: [audience],
    sub: `system:serviceaccount:${namespace}:${name}`,
    iat,
    nbf: iat,
    exp: iat + lifeSeconds,
    jti: randomUUID(),
    'kubernetes.io': {
      namespace,
      serviceaccount: { name, uid: `local-${name}` },
      pod: { name: `${name}-local`, uid: `local-${name}-pod` },
    },
  };
  return jwt.sign(claims, key.privateKey, { algorithm: 'ES256', keyid: key.kid });
}
