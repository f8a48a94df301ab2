import { generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { AllowRule } from '@outlay/identity/allow-list.ts';
import { createAuthentication } from '@outlay/identity/authentication.ts';
import { type KeySource, readJwkSet } from '@outlay/identity/key-source.ts';
import {
  createUserTokenVerifier,
  issueUserToken,
  type SigningKey,
  type UserTokenSettings,
} from '@outlay/identity/user-token.ts';
import type { WorkloadCredentials } from '@outlay/identity/workload-credentials.ts';
import {
  createJwksWorkloadVerifier,
  issueWorkloadToken,
  type WorkloadVerifier,
} from '@outlay/identity/workload-token.ts';
import type { Authentication } from '@outlay/service-kit/create-app.ts';
import { newId } from './new-id.ts';

export interface JwkSet {
  keys: (JsonWebKey & { kid: string })[];
}

/**
 * Stands in for the platform (issuer of workload tokens) and for auth (issuer of user tokens) with keys of its own, so that
 * a service is tested with the real verification against real tokens.
 */
export interface TestIdentity {
  readonly workloadIssuer: string;
  readonly namespace: string;
  /** The issuer's public keys, as in WORKLOAD_JWKS_FILE. */
  readonly workloadJwks: JwkSet;
  readonly workloadKeys: KeySource;
  readonly workloadSigningKey: SigningKey;
  /** @param name who calls: "gateway"; @param audience who is called: "expense" */
  workloadToken(
    name: string,
    audience: string,
    changes?: { lifeSeconds?: number; namespace?: string; now?: number },
  ): string;
  workloadVerifierFor(audience: string): WorkloadVerifier;
  credentialsFor(name: string): WorkloadCredentials;

  readonly userTokenSettings: UserTokenSettings;
  /** Auth's public keys, as at JWKS_URL. */
  readonly jwks: JwkSet;
  readonly userKeys: KeySource;
  readonly userSigningKey: SigningKey;
  userToken(userId: string, changes?: { sessionId?: string; lifeSeconds?: number; now?: number }): string;

  /** What `createApp` of a service asks for. */
  authenticationFor(audience: string, allowList: readonly AllowRule[]): Authentication;
}

export function createTestIdentity(): TestIdentity {
  const workload = testKey('workload-test-key');
  const user = testKey('user-test-key');
  const workloadIssuer = 'https://platform.test';
  const namespace = 'outlay';
  const userTokenSettings = { issuer: 'https://outlay.test', audience: 'outlay-api' };

  const workloadToken: TestIdentity['workloadToken'] = (name, audience, changes) =>
    issueWorkloadToken(workload.signingKey, { issuer: workloadIssuer, audience, namespace, name, ...changes });
  const workloadVerifierFor = (audience: string) =>
    createJwksWorkloadVerifier({ keys: workload.keys, issuer: workloadIssuer, namespace, audience });
  return {
    workloadIssuer,
    namespace,
    workloadJwks: workload.jwks,
    workloadKeys: workload.keys,
    workloadSigningKey: workload.signingKey,
    workloadToken,
    workloadVerifierFor,
    credentialsFor: (name) => ({ tokenFor: async (audience) => workloadToken(name, audience) }),
    userTokenSettings,
    jwks: user.jwks,
    userKeys: user.keys,
    userSigningKey: user.signingKey,
    userToken: (userId, changes) =>
      issueUserToken(user.signingKey, userTokenSettings, { userId, sessionId: newId(), lifeSeconds: 600, ...changes }),
    authenticationFor: (audience, allowList) =>
      createAuthentication({
        workloads: workloadVerifierFor(audience),
        allowList,
        verifyUser: createUserTokenVerifier({ ...userTokenSettings, keys: user.keys }),
      }),
  };
}

/** A key pair as issuer and verifier see it. */
export function testKey(
  kid: string,
  algorithm: SigningKey['algorithm'] = 'ES256',
): { signingKey: SigningKey; publicKey: KeyObject; jwks: JwkSet; keys: KeySource } {
  const { privateKey, publicKey } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: algorithm }] };
  const published = readJwkSet(jwks);
  return {
    signingKey: { kid, algorithm, privateKey },
    publicKey,
    jwks,
    keys: { key: async (asked) => published.get(asked) },
  };
}
