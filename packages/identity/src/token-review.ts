import type { V1TokenReview } from '@kubernetes/client-node';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { rememberVerified } from './verified-tokens.ts';
import { TokenRefused } from './verify-jwt.ts';
import { callerName, type WorkloadVerifier } from './workload-token.ts';

export interface TokenReviewOptions {
  /** Our own name: a token made for another service is not for us. */
  audience: string;
  namespace: string;
  /** See {@link callerName}. */
  namePrefix?: string;
  /** `unavailable`: the API server could not be asked. */
  onReview?: (outcome: 'accepted' | 'refused' | 'unavailable') => void;
  timeoutMs?: number;
}

const Expiry = z.object({ exp: z.int() });

/** As for signatures that we verify ourselves. */
const clockToleranceMs = 5_000;

/**
 * Verifies workload tokens by asking the API server (TokenReview, authentication.k8s.io/v1): it also knows of deleted pods
 * and ServiceAccounts, which a signature alone does not. Each token is asked for once a minute.
 * The client library is loaded here and not before: it costs 50 MiB where it is not needed.
 */
export function createTokenReviewVerifier({
  audience,
  namespace,
  namePrefix,
  onReview,
  timeoutMs = 3_000,
}: TokenReviewOptions): WorkloadVerifier {
  const connecting = connect(timeoutMs);
  connecting.catch(() => undefined); // every review reports it

  const review = async (token: string) => {
    const body = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token, audiences: [audience] },
    };
    try {
      const ask = await connecting;
      const { status } = await ask(body);
      return status;
    } catch (cause) {
      onReview?.('unavailable');
      throw new Error('The API server cannot be asked for a TokenReview.', { cause });
    }
  };

  const verify = async (token: string) => {
    const expiry = Expiry.safeParse(jwt.decode(token));
    if (!expiry.success) throw new TokenRefused('The token is malformed.');
    // The API server itself forgives a whole minute. What is not yet verified may only lead to a refusal here.
    if (expiry.data.exp * 1_000 < Date.now() - clockToleranceMs) throw new TokenRefused('The token has expired.');
    const status = await review(token);
    if (!status?.authenticated) throw new TokenRefused('The cluster does not vouch for the token.');
    // An API server that does not know audiences answers without them: then the token is not proven to be for us.
    if (!status.audiences?.includes(audience)) throw new TokenRefused('The token is for another audience.');
    const name = callerName(status.user?.username ?? '', namespace, namePrefix);
    onReview?.('accepted');
    const pod = status.user?.extra?.['authentication.kubernetes.io/pod-name']?.[0];
    return { bearer: { name, pod }, exp: expiry.data.exp };
  };

  return {
    verify: rememberVerified(async (token) => {
      try {
        return await verify(token);
      } catch (error) {
        if (error instanceof TokenRefused) onReview?.('refused');
        throw error;
      }
    }),
  };
}

async function connect(timeoutMs: number): Promise<(body: V1TokenReview) => Promise<V1TokenReview>> {
  const { AuthenticationV1Api, KubeConfig, Observable } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromDefault();
  const api = config.makeApiClient(AuthenticationV1Api);
  return (body) =>
    api.createTokenReview(
      { body },
      {
        middlewareMergeStrategy: 'append',
        middleware: [
          {
            pre(request) {
              // The client's only way to bound a call; it ends the connection too.
              request.setSignal(AbortSignal.timeout(timeoutMs));
              return new Observable(Promise.resolve(request));
            },
            post: (response) => new Observable(Promise.resolve(response)),
          },
        ],
      },
    );
}
